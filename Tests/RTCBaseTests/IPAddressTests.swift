// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import RTCBase
import RTCTestKit
import Testing

@Suite("IP addresses")
struct IPAddressTests {
    @Test(
        .rfc(5952, "4"),
        arguments: [
            ("2001:0db8:0000:0000:0001:0000:0000:0001", "2001:db8::1:0:0:1"),  // 4.2.3: the first of equal runs
            ("2001:db8:0:0:1:0:0:1", "2001:db8::1:0:0:1"),
            ("2001:db8::1:0:0:1", "2001:db8::1:0:0:1"),
            ("2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1"),  // 4.2.2: a single group is not shortened
            ("2001:0:0:1:0:0:0:1", "2001:0:0:1::1"),  // 4.2.3: the longest run
            ("2001:DB8::AAAA", "2001:db8::aaaa"),  // 4.3: lower case
            ("2001:db8::001", "2001:db8::1"),  // 4.1: no leading zeros
            ("2001:db8:aaaa:bbbb:cccc:dddd::1", "2001:db8:aaaa:bbbb:cccc:dddd:0:1"),
            ("0:0:0:0:0:0:0:0", "::"),
            ("0:0:0:0:0:0:0:1", "::1"),
            ("1:0:0:0:0:0:0:0", "1::"),
            ("1::", "1::"),
            ("::2:3:4:5:6:7:8", "0:2:3:4:5:6:7:8"),
            ("1:2:3:4:5:6:7::", "1:2:3:4:5:6:7:0"),
            ("fe80::1.2.3.4", "fe80::102:304"),
            ("::ffff:192.0.2.1", "192.0.2.1"),
            ("::ffff:c000:201", "192.0.2.1"),
            ("192.0.2.1", "192.0.2.1"),
            ("0.0.0.0", "0.0.0.0"),
            ("255.255.255.255", "255.255.255.255"),
        ])
    func `an address is printed in its canonical form`(text: String, canonical: String) throws {
        let address = try #require(IPAddress(text))
        #expect(address.description == canonical)
        #expect(IPAddress(canonical) == address)
    }

    @Test(arguments: [
        "", " ", ".", ":", ":::", "::1::", "1::2::3", "1:", ":1", "1:2:3:4:5:6:7", "1:2:3:4:5:6:7:8:9",
        "1:2:3:4:5:6:7:8::", "::1:2:3:4:5:6:7:8", "12345::", "g::", "fe80::1%eth0", "[::1]", "::1 ", "::1.2.3",
        "::1.2.3.4:5", "1:2:3:4:5:6:7:1.2.3.4", "1.2.3", "1.2.3.4.5", "1.2.3.256", "1.2.3.04", "01.2.3.4", "1.2.3.",
        "1..2.3", "1.2.3.-4", "+1.2.3.4", "0x7f.0.0.1", "localhost", "example.org", "a.local", "1234.1.1.1",
        "٣.2.3.4", "2001:db8:0:0:0:0:0:0:0:0:0:0:0:0:0:0:0:0:0:0:0:1",
    ])
    func `what is not an address is refused, and names are never accepted`(text: String) {
        #expect(IPAddress(text) == nil)
    }

    @Test func `IPv4 is kept in its mapped form`() throws {
        let address = try #require(IPAddress("192.0.2.33"))
        #expect(address == IPAddress(v4: 0xc000_0221))
        #expect(address == IPAddress(high: 0, low: 0xffff_c000_0221))
        #expect(address.v4 == 0xc000_0221)
        #expect(IPAddress.v6Loopback.v4 == nil)
        // ::192.0.2.33 (the deprecated compatible form) is another address.
        #expect(IPAddress("::192.0.2.33") != address)
    }

    @Test(arguments: [
        ("127.0.0.1", "loopback"), ("127.255.255.254", "loopback"), ("::1", "loopback"),
        ("::ffff:127.0.0.1", "loopback"), ("0.0.0.0", "unspecified"), ("::", "unspecified"),
        ("169.254.169.254", "link-local"), ("fe80::1", "link-local"), ("febf::1", "link-local"),
        ("224.0.0.251", "multicast"), ("239.255.255.255", "multicast"), ("ff02::fb", "multicast"),
        ("128.0.0.1", "other"), ("169.253.0.1", "other"), ("fec0::1", "other"), ("fe7f::1", "other"),
        ("223.255.255.255", "other"), ("240.0.0.1", "other"), ("::2", "other"), ("2001:db8::1", "other"),
    ])
    func `the range of an address is recognised in both families`(text: String, range: String) throws {
        let address = try #require(IPAddress(text))
        #expect(address.isLoopback == (range == "loopback"))
        #expect(address.isUnspecified == (range == "unspecified"))
        #expect(address.isLinkLocal == (range == "link-local"))
        #expect(address.isMulticast == (range == "multicast"))
    }

    @Test func `any bits survive being printed and parsed`() {
        var random = SeededRandom(seed: 1)
        for _ in 0..<20_000 {
            // Groups are cleared at random, so that every pattern of runs of zeros occurs.
            let mask = random.next()
            var halves: [UInt64] = [0, 0]
            for group in 0..<8 where mask >> UInt64(group) & 1 == 1 {
                halves[group / 4] |= (random.next() & 0xffff) << UInt64(16 * (group % 4))
            }
            let address = IPAddress(high: halves[0], low: halves[1])
            #expect(IPAddress(address.description) == address, "\(halves)")
        }
    }

    @Test func `a transport address is printed with brackets around IPv6 only`() {
        #expect(TransportAddress(.v4Loopback, port: 5000).description == "127.0.0.1:5000")
        #expect(TransportAddress(.v6Loopback, port: 1).description == "[::1]:1")
    }
}
