import MeshCore
import MeshCrypto
import Testing

@Suite struct SmallTypesTests {
    // MARK: Nicks

    private static let good = [
        "a", "Ada", "Ädä Ö", "Müller-Lüdenscheidt", "名前", "علی", "o'neil", "a b", String(repeating: "x", count: 32),
        "e\u{301}", "👋",
    ]
    private static let bad = [
        "", " ", " a", "a ", "\u{A0}a", "a\n", "a\u{0}b", "a\u{1B}[31m", "a\u{7F}", "a\u{9B}b", "a\u{200B}b",
        "a\u{200D}b", "a\u{202E}b", "a\u{2066}b", "a\u{2028}b", "a\u{2029}b", "\u{FEFF}a", "a\u{E000}", "a\u{FFFF}",
        "a\u{AD}b", String(repeating: "x", count: 33), "a\u{E0041}b",
    ]

    @Test(arguments: good) func aNickMayBe(nick: String) { #expect(Nick.valid(nick) == nick) }

    @Test(arguments: bad) func aNickMayNotBe(nick: String) {
        #expect(Nick.valid(nick) == nil)
        // The reason itself is safe to print.
        #expect(Nick.problem(with: nick)?.utf8.allSatisfy { (0x20...0x7E).contains($0) } == true)
    }

    // MARK: Addresses

    private static let endpoints: [(text: String, host: String?, port: UInt16)] = [
        ("localhost:9000", "localhost", 9_000), ("10.0.0.1:1", "10.0.0.1", 1), ("[::1]:65535", "::1", 65_535),
        ("a.example:80", "a.example", 80), ("", nil, 0), (":9000", nil, 0), ("host", nil, 0), ("host:", nil, 0),
        ("host:0", nil, 0), ("host:65536", nil, 0), ("host:-1", nil, 0), ("host:+1", nil, 0), ("host: 1", nil, 0),
        ("::1:9000", nil, 0), ("[::1]", nil, 0), ("[]:9000", nil, 0), ("[host]:9000", nil, 0), ("[::1:9000", nil, 0),
        ("ho st:9000", nil, 0), ("hö:9000", nil, 0), ("host:٣", nil, 0), ("host:90\n", nil, 0),
        ("host:99999999999999999999", nil, 0), (String(repeating: "h", count: 261) + ":1", nil, 0),
        (String(repeating: "h", count: 256) + ":9000", String(repeating: "h", count: 256), 9_000),
    ]

    @Test func endpointsParseOrDoNot() {
        for (text, host, port) in Self.endpoints {
            let endpoint = Endpoint(text)
            #expect(endpoint?.host == host, "\(text)")
            if let endpoint {
                #expect(endpoint.port == port)
                #expect(Endpoint(endpoint.description) == endpoint)
            }
        }
    }

    @Test func seedPeersParseOrDoNot() throws {
        let hex = WireValues.alice.publicKey.hex
        let pinned = try #require(SeedPeer("\(hex)@[::1]:9000"))
        #expect(pinned.key == WireValues.alice.publicKey)
        #expect(pinned.endpoint == Endpoint(host: "::1", port: 9_000))
        #expect(SeedPeer(pinned.description) == pinned)
        #expect(SeedPeer(hex.uppercased() + "@h:1")?.key == WireValues.alice.publicKey)
        #expect(SeedPeer("h:1")?.key == nil)
        for bad in [
            "", "@h:1", "abcd@h:1", "\(hex)@", "\(hex)@h", "\(hex)@\(hex)@", "\(hex.dropLast())g@h:1", "\(hex)0@h:1",
        ] {
            #expect(SeedPeer(bad) == nil, "\(bad)")
        }
    }

    // MARK: Bounds

    @Test func aRateLimitTakesItsBurstThenItsRate() {
        var limit = RateLimit(burst: 3, perSecond: 2)
        var now = Instant(uptime: 0, wall: 0)
        #expect((0..<5).map { _ in limit.allows(at: now) } == [true, true, true, false, false])
        now = now + .milliseconds(499)
        #expect((0..<1).map { _ in limit.allows(at: now) } == [false])
        now = now + .milliseconds(1)
        #expect((0..<2).map { _ in limit.allows(at: now) } == [true, false])
        now = now + .seconds(3_600)
        #expect((0..<5).map { _ in limit.allows(at: now) } == [true, true, true, false, false])
        let past = Instant(uptime: 0, wall: 0)
        #expect((0..<1).map { _ in limit.allows(at: past) } == [false], "time that goes back gives nothing")
    }

    @Test func aBoundedMapForgetsWhatWasInsertedFirst() {
        var map = BoundedMap<Int, String>(capacity: 3)
        for number in 0..<3 { map[number] = "\(number)" }
        map[0] = "again"
        map[3] = "3"
        #expect(Array(map.keys) == [1, 2, 3])
        #expect(map.count == 3)
        map[2] = nil
        map[9] = nil
        #expect(Array(map.keys) == [1, 3])
        map.removeAll { key, _ in key == 1 }
        #expect(Array(map.keys) == [3] && map[1] == nil)
        for number in 0..<10_000 { map[number] = "" }
        #expect(map.count == 3 && Array(map.keys) == [9_997, 9_998, 9_999])
    }
}
