// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import ICE
import RTCBase
import RTCTestKit
import STUN
import Testing

@Suite("ICE lite agent under attack")
struct ICELiteAttackTests {
    let victim = TransportAddress(IPAddress("198.51.100.66")!, port: 53)

    @Test(.attack(2)) func `what is not authenticated gets no answer and changes nothing`() {
        var rows: [(String, [UInt8])] = [
            ("another password", CheckMessage(password: "server-password-of-22-").bytes),
            ("an empty password", CheckMessage(password: "").bytes),
            ("another fragment of ours", CheckMessage(username: "serx:clie").bytes),
            ("another fragment of the peer's", CheckMessage(username: "serv:clix").bytes),
            ("the fragments exchanged", CheckMessage(username: "clie:serv").bytes),
            ("our fragment as a prefix", CheckMessage(username: "server:clie").bytes),
            ("no colon", CheckMessage(username: "serv").bytes),
            ("an empty user name", CheckMessage(username: "").bytes),
            ("no user name", CheckMessage(hasUsername: false).bytes),
            ("no integrity", CheckMessage(hasIntegrity: false).bytes),
            ("no fingerprint", CheckMessage(hasFingerprint: false).bytes),
        ]
        var broken = CheckMessage().bytes
        broken[broken.count - 1] ^= 1
        rows.append(("another fingerprint", broken))
        var agent = makeLite()
        for (count, (name, bytes)) in rows.enumerated() {
            agent.receive(bytes, from: clientAddress, now: .zero)
            #expect(agent.drain().isEmpty, "\(name)")
            #expect(!agent.accepts(from: clientAddress), "\(name)")
            #expect(agent.dropped.unauthenticated == UInt64(count + 1), "\(name)")
        }
        #expect(agent.drainEvents().isEmpty)
        #expect(agent.selectedPath == nil)
        // After all of this a normal peer still gets its path.
        agent.validate(clientAddress, nominates: true, now: .zero)
        #expect(agent.selectedPath?.remote == clientAddress)
    }

    @Test(.attack(2)) func `unauthenticated checks do not keep a session alive`() {
        var agent = makeLite()
        agent.validate(clientAddress, now: .zero)
        for second in 1...29 {
            agent.receive(CheckMessage(password: "wrong").bytes, from: clientAddress, now: milliseconds(second * 1000))
        }
        agent.handleTimeout(now: milliseconds(30_000))
        #expect(agent.hasFailed)
    }

    @Test(.attack(1)) func `malformed messages are counted and change nothing`() {
        var agent = makeLite()
        agent.validate(clientAddress, now: .zero)
        _ = agent.drainEvents()
        let path = agent.selectedPath
        let check = CheckMessage(nominates: true, unknown: 0xc057).bytes
        for length in 0..<check.count {
            agent.receive(Array(check.prefix(length)), from: victim, now: .zero)
        }
        #expect(agent.dropped.malformed == UInt64(check.count))
        for bit in 0..<check.count * 8 {
            var bytes = check
            bytes[bit / 8] ^= 1 << UInt8(bit % 8)
            agent.receive(bytes, from: victim, now: .zero)
        }
        // Well-formed and signed, with attributes of impossible lengths.
        for type in [STUNAttributeType.priority, .useCandidate, .iceControlling, .iceControlled] {
            var builder = STUNMessageBuilder(.request, id: TransactionID(high: 1, low: 1))
            builder.add(.username, "serv:clie")
            builder.add(type, [1, 2, 3])
            agent.receive(
                builder.finish(integrityKey: Array(serverCredentials.password.utf8)), from: victim, now: .zero)
        }
        // An ERROR-CODE cut short, other methods, indications.
        for messageClass in [STUNClass.success, .failure, .indication] {
            for method in [STUNMethod.binding, .allocate, .init(rawValue: 0xfff)] {
                var builder = STUNMessageBuilder(messageClass, method, id: TransactionID(high: 1, low: 1))
                builder.add(.errorCode, [0])
                agent.receive(builder.finish(), from: clientAddress, now: .zero)
            }
        }
        #expect(agent.drain().isEmpty)
        #expect(agent.drainEvents().isEmpty)
        #expect(agent.selectedPath == path)
        #expect(!agent.accepts(from: victim))
    }

    @Test(.attack(3)) func `an address that does not answer is never selected, whatever else is answered for it`() {
        var agent = makeLite()
        agent.validate(clientAddress, nominates: true, now: .zero)
        _ = agent.drainEvents()
        // A participant forges the victim's address as the source of good checks.
        agent.receive(CheckMessage(nominates: true).bytes, from: victim, now: .zero)
        let check = agent.drain()[1]
        #expect(check.remote == victim)
        let id = summary(check.bytes)!.id
        func response(_ id: TransactionID, _ password: String) -> [UInt8] {
            var builder = STUNMessageBuilder(.success, id: id)
            builder.add(.xorMappedAddress, serverAddress)
            return builder.finish(integrityKey: Array(password.utf8))
        }
        // From its own address, with the right id; from the victim's, with guessed ids; with another password.
        agent.receive(response(id, clientCredentials.password), from: clientAddress, now: .zero)
        agent.receive(
            response(id, clientCredentials.password), from: TransportAddress(victim.address, port: 54), now: .zero)
        for low in 0..<100 {
            let guessed = TransactionID(high: id.high, low: id.low &+ UInt64(low) + 1)
            agent.receive(response(guessed, clientCredentials.password), from: victim, now: .zero)
        }
        agent.receive(response(id, serverCredentials.password), from: victim, now: .zero)
        var bytes = response(id, clientCredentials.password)
        bytes[bytes.count - 1] ^= 1
        agent.receive(bytes, from: victim, now: .zero)
        // The victim's own stack answers with an error that it cannot sign.
        var refusal = STUNMessageBuilder(.failure, id: id)
        refusal.add(STUNErrorCode(400, "Bad Request"))
        agent.receive(refusal.finish(), from: victim, now: .zero)
        #expect(agent.dropped.unexpectedResponse == 105)
        #expect(agent.selectedPath?.remote == clientAddress)

        // The forger keeps nominating for a minute, while it keeps its own path alive.
        var toVictim = 0
        for second in 1...60 {
            let now = milliseconds(second * 1000)
            agent.receive(CheckMessage().bytes, from: clientAddress, now: now)
            agent.receive(CheckMessage(nominates: true).bytes, from: victim, now: now)
            agent.handleTimeout(now: now)
            toVictim += agent.drain().count { $0.remote == victim }
            #expect(agent.selectedPath?.remote == clientAddress)
        }
        #expect(agent.drainEvents().isEmpty)
        // What the victim gets: an answer a forged check, and our own repeated checks, about one a second.
        #expect(toVictim <= 60 * 2 + 10)
    }

    @Test(.attack(3), .attack(4)) func `forged addresses fill no more than the limit and never displace the path`() {
        var agent = makeLite()
        agent.validate(clientAddress, nominates: true, now: .zero)
        var sent = 0
        for index in 0..<5000 {
            let address = TransportAddress(IPAddress(v4: 0x0a00_0000 | UInt32(index)), port: 9)
            agent.receive(CheckMessage(nominates: true).bytes, from: address, now: milliseconds(index / 10))
            sent += agent.drain().count
        }
        #expect(sent == 10_000)
        let remembered = (0..<5000).count { index in
            agent.accepts(from: TransportAddress(IPAddress(v4: 0x0a00_0000 | UInt32(index)), port: 9))
        }
        #expect(remembered == ICELiteAgent.maximumPaths - 1)
        #expect(agent.selectedPath?.remote == clientAddress)
        agent.handleTimeout(now: milliseconds(600))
        #expect(agent.drain().count <= ICELiteAgent.maximumPaths)
    }

    @Test(.attack(3)) func `validated addresses displace each other beyond the limit, never the selected one`() {
        var agent = makeLite()
        for index in 0..<40 {
            agent.validate(
                TransportAddress(clientAddress.address, port: UInt16(1000 + index)), now: milliseconds(index))
        }
        #expect(agent.selectedPath?.remote.port == 1000)
        let remembered = (0..<40).filter {
            agent.accepts(from: TransportAddress(clientAddress.address, port: UInt16(1000 + $0)))
        }
        #expect(remembered == [0] + Array(25..<40))
    }

    @Test(.attack(2)) func `no answer is larger than its question by more than an error's text`() {
        for check in [
            CheckMessage(), CheckMessage(role: .iceControlled), CheckMessage(unknown: 0x7fff),
            CheckMessage(hasPriority: false),
        ] {
            var agent = makeLite()
            agent.receive(check.bytes, from: clientAddress, now: .zero)
            #expect(agent.drain()[0].bytes.count <= check.bytes.count + 16)
        }
    }
}
