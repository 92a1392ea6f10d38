// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import GaleneProtocol
import RTCTestKit
import Testing

/// Every field of a group file.
let groupFile = """
    {
        "displayName": "Salle 3",
        "description": "A room",
        "contact": "alice@example.org",
        "comment": "for us",
        "public": true,
        "redirect": "https://other.example/group/x/",
        "max-clients": 50,
        "max-history-age": 3600,
        "not-before": "2026-11-21T08:00:00Z",
        "expires": "2026-11-21T18:00:00.25Z",
        "allow-recording": true,
        "unrestricted-tokens": true,
        "auto-subgroups": true,
        "autolock": true,
        "autokick": true,
        "users": {
            "alice": {
                "password": "pw",
                "permissions": "op"
            },
            "bob": {
                "password": {
                    "type": "pbkdf2",
                    "hash": "sha-256",
                    "key": "ad18679cee07acd2653c83cea1da2cbfb77806919e16757cdbebcf2dfbf70033",
                    "salt": "0011223344556677",
                    "iterations": 4096
                },
                "permissions": "present"
            },
            "carol": {
                "password": {
                    "type": "bcrypt",
                    "key": "$2a$08$f3/1CdaeUV4YQzAo0N8FXe7eFI9VjmvGgbczFqZOlkg/An3fPuJ8y"
                },
                "permissions": [
                    "present",
                    "dance"
                ]
            },
            "dan": {}
        },
        "wildcard-user": {
            "password": {
                "type": "wildcard"
            },
            "permissions": "observe"
        },
        "authKeys": [
            {
                "alg": "HS256",
                "k": "abc",
                "kty": "oct"
            }
        ],
        "authServer": "https://auth.example/",
        "authPortal": "https://portal.example/",
        "codecs": [
            "vp9",
            "opus"
        ]
    }

    """

private func description(_ text: String) throws(FormatError) -> GroupDescription {
    try GroupDescription(parsing: Array(text.utf8))
}

@Suite("Group descriptions", .row("S-20"))
struct GroupDescriptionTests {
    @Test func `every field is read, and written back as it was`() throws {
        let group = try description(groupFile)
        #expect(group.displayName == "Salle 3")
        #expect(group.isPublic && group.allowRecording && group.unrestrictedTokens)
        #expect(group.autoSubgroups && group.autoLock && group.autoKick)
        #expect(group.maximumClients == 50)
        #expect(group.maximumHistoryAge == 3600)
        #expect(group.notBefore == Timestamp(rfc3339: "2026-11-21T08:00:00Z"))
        #expect(group.expires?.nanoseconds == 250_000_000)
        #expect(group.users.count == 4)
        #expect(group.users["dan"] == UserDescription())
        #expect(group.wildcardUser?.password == .wildcard)
        #expect(group.codecs == ["vp9", "opus"])
        #expect(group.warnings.isEmpty)
        #expect(String(decoding: group.encoded(), as: UTF8.self) == groupFile)
    }

    @Test(.row("S-38")) func `an empty object is a group with every default`() throws {
        let group = try description("{}")
        #expect(group == GroupDescription())
        #expect(group.maximumHistoryAge == 14_400)
        #expect(group.codecs == ["vp8", "opus"])
        #expect(group.maximumClients == 0)
        #expect(String(decoding: group.encoded(), as: UTF8.self) == "{}\n")
    }

    @Test(arguments: [
        (#"{"displayname":"x"}"#, "displayname"), (#"{"public":"yes"}"#, "public"),
        (#"{"max-clients":-1}"#, "max-clients"),
        (#"{"max-clients":1.5}"#, "max-clients"), (#"{"expires":"tomorrow"}"#, "expires"),
        (#"{"expires":0}"#, "expires"),
        (#"{"users":[]}"#, "users"), (#"{"users":{"alice":{"pasword":"x"}}}"#, "users.alice.pasword"),
        (#"{"users":{"alice":{"permissions":"king"}}}"#, "users.alice.permissions"),
        (#"{"users":{"alice":{"permissions":[1]}}}"#, "users.alice.permissions"),
        (#"{"users":{"alice":{"password":{"type":"plain","key":"x","kee":1}}}}"#, "users.alice.password.kee"),
        (#"{"users":{"alice":{"password":7}}}"#, "users.alice.password"),
        (#"{"wildcard-user":{"username":"x"}}"#, "wildcard-user.username"), (#"{"authKeys":["x"]}"#, "authKeys"),
        (#"{"codecs":"vp8"}"#, "codecs"), (#"{"op":[{"name":"x"}]}"#, "op.name"), ("[]", ""),
    ])
    func `a mistake is an error that names its field`(text: String, path: String) throws {
        let error = try #require(throws: FormatError.self) { try description(text) }
        #expect(error.path == path, "\(error)")
    }

    @Test(.row("S-39")) func `obsolete fields are upgraded, with a warning`() throws {
        let group = try description(
            """
            {"op": [{"username": "alice", "password": "pw"}, {"username": "alice", "password": "other"}],
             "presenter": [{"username": "bob"}, {}], "other": [{}],
             "allow-subgroups": true, "allow-anonymous": true}
            """)
        #expect(
            group.users == [
                "alice": UserDescription(password: .plain("pw"), permissions: .named(.op)),
                "bob": UserDescription(password: .wildcard, permissions: .named(.present)),
            ])
        #expect(group.wildcardUser == UserDescription(password: .wildcard, permissions: .named(.present)))
        #expect(group.autoSubgroups)
        #expect(
            group.warnings.map(\.path) == [
                "op", "op", "presenter", "other", "other", "allow-subgroups", "allow-anonymous",
            ])
        let written = try GroupDescription(parsing: group.encoded())
        #expect(written.users == group.users)
        #expect(written.warnings.isEmpty)
    }

    @Test(.row("S-33")) func `a group without a file of its own inherits all but its place in public`() throws {
        let group = try description(groupFile)
        let inherited = group.inherited
        #expect(!inherited.isPublic)
        #expect(inherited.description == nil)
        #expect(inherited.users == group.users)
        #expect(inherited.displayName == group.displayName)
    }
}

@Suite("Permissions")
struct PermissionTests {
    private func expand(_ set: PermissionSet, recording: Bool = false, tokens: Bool = false) -> Set<Permission> {
        var group = GroupDescription()
        group.allowRecording = recording
        group.unrestrictedTokens = tokens
        return Set(group.permissions(of: UserDescription(permissions: set)))
    }

    @Test(.row("S-40")) func `names stand for several permissions`() {
        #expect(expand(.named(.op)) == [.op, .present, .message, .caption, .token])
        #expect(expand(.named(.present)) == [.present, .message])
        #expect(expand(.named(.message)) == [.message])
        #expect(expand(.named(.observe)) == [])
        #expect(expand(.named(.caption)) == [.caption])
        #expect(expand(.named(.admin)) == [.admin])
        #expect(GroupDescription().permissions(of: UserDescription()) == [])
    }

    @Test(.row("S-31", "S-32")) func `a group may add to those of operators and presenters`() {
        for name in PermissionSet.Name.allCases {
            let added = expand(.named(name), recording: true, tokens: true).subtracting(expand(.named(name)))
            #expect(added == (name == .op ? [.record] : name == .present ? [.token] : []))
        }
    }

    @Test(.row("S-41")) func `permissions by their own names are used as they are`() {
        let raw = PermissionSet.raw([.present, Permission(rawValue: "dance")])
        #expect(expand(raw, recording: true, tokens: true) == [.present, Permission(rawValue: "dance")])
    }
}

@Suite("Passwords")
struct PasswordTests {
    private func password(_ json: String) throws -> Password? {
        try description(#"{"users":{"u":{"password":\#(json)}}}"#).users["u"]?.password
    }

    @Test(.row("S-42")) func `a plain password is a string or an object`() throws {
        for json in [#""pw""#, #"{"type":"plain","key":"pw"}"#] {
            let password = try #require(try password(json))
            #expect(password.matches("pw") == true)
            for wrong in ["", "p", "PW", "pwpw", "pw\u{0}", "px"] { #expect(password.matches(wrong) == false) }
        }
        #expect(try password(#""""#)?.matches("") == true)
        #expect(try password(#""""#)?.matches("x") == false)
    }

    @Test func `passwords are compared by bytes, not by how they look`() throws {
        #expect(try password("\"caf\u{e9}\"")?.matches("caf\u{e9}") == true)
        #expect(try password("\"caf\u{e9}\"")?.matches("cafe\u{301}") == false)
    }

    @Test(.row("S-45")) func `a wildcard matches all, and what has no type matches nothing`() throws {
        #expect(try password(#"{"type":"wildcard"}"#)?.matches("anything") == true)
        #expect(try password("{}") == nil)
        #expect(try password(#"{"type":""}"#) == nil)
        #expect(try password("null") == nil)
        let reserved = try GroupDescription(parsing: Array(#"{"users":{"root":null}}"#.utf8))
        #expect(reserved.users["root"] == UserDescription(), "a name without a password is reserved")
    }

    @Test(
        .row("S-45"),
        arguments: [
            (#"{"type":"md5","key":"x"}"#, "type"), (#"{"type":"plain"}"#, "key"), (#"{"type":7}"#, "type"),
            (#"{"type":"pbkdf2","hash":"sha-1","key":"00","salt":"","iterations":1}"#, "hash"),
            (#"{"type":"pbkdf2","hash":"sha-256","key":"0","salt":"","iterations":1}"#, "key"),
            (#"{"type":"pbkdf2","hash":"sha-256","key":"00","salt":"+1","iterations":1}"#, "salt"),
            (#"{"type":"pbkdf2","hash":"sha-256","key":"00","iterations":99999999}"#, "iterations"),
            (#"{"type":"bcrypt","key":"$2a$08$abc"}"#, "key"),
            (#"{"type":"bcrypt","key":"$2a$08$f3/1CdaeUV4YQzAo0N8FXe7eFI9VjmvGgbczFqZOlkg An3fPuJ8y"}"#, "key"),
            (#"{"type":"bcrypt","key":"$2a$17$f3/1CdaeUV4YQzAo0N8FXe7eFI9VjmvGgbczFqZOlkg/An3fPuJ8y"}"#, "key"),
        ])
    func `what nobody understands matches nothing, is told, and is written back as it was`(
        json: String, path: String
    ) throws {
        let group = try description(#"{"users":{"bob":{"password":"pw"},"u":{"password":\#(json)}}}"#)
        #expect(group.warnings.map(\.path) == ["users.u.password.\(path)"])
        let password = try #require(group.users["u"]?.password)
        for guess in ["", "x", "00"] { #expect(password.matches(guess) == false) }
        #expect(group.users["bob"]?.password?.matches("pw") == true, "the others come in")
        #expect(try GroupDescription(parsing: group.encoded()).users == group.users)
        #expect("\(password)" == "<unusable password>")
    }

    @Test func `hashes are taken apart, and matched elsewhere`() throws {
        let group = try description(groupFile)
        guard case .pbkdf2(let parameters) = group.users["bob"]?.password else {
            Issue.record("not PBKDF2")
            return
        }
        #expect(hexText(parameters.key) == "ad18679cee07acd2653c83cea1da2cbfb77806919e16757cdbebcf2dfbf70033")
        #expect(hexText(parameters.salt) == "0011223344556677")
        #expect(parameters.iterations == 4096)
        #expect(group.users["bob"]?.password?.matches("swordfish") == nil)
        #expect(
            group.users["carol"]?.password
                == .bcrypt("$2a$08$f3/1CdaeUV4YQzAo0N8FXe7eFI9VjmvGgbczFqZOlkg/An3fPuJ8y"))
        #expect(group.users["carol"]?.password?.matches("swordfish") == nil)
    }

    @Test(.attack(30)) func `a password does not show when it is printed`() {
        var output = ""
        dump(UserDescription(password: .plain("swordfish")), to: &output)
        #expect(!output.contains("swordfish"))
        #expect("\(UserDescription(password: .plain("swordfish")))".contains("<plain password>"))
        #expect(String(reflecting: Password.bcrypt("swordfish")) == "<bcrypt password>")
    }
}
