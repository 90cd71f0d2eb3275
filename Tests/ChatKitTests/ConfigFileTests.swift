import ChatKit
import MeshCore
import Testing

@Suite struct ConfigFileTests {
    private func parse(_ text: String) throws(UserError) -> SettingsLayer {
        try ConfigFile.parse(text, path: "config.toml")
    }

    @Test func theSeedsExampleIsUnderstood() throws {
        let layer = try parse(
            """
            nick = "alice"
            port = 9000                  # TCP port (0 = auto-assign)
            discovery_port = 9999        # UDP broadcast port for LAN discovery
            bind_addr = "0.0.0.0"       # Bind address (use Tailscale IP to restrict)
            wan_mode = false             # Relaxed timing for high-latency links
            seed_peers = [
                "bob-laptop.tail1234.ts.net:9000",
                "charlie-desktop.tail1234.ts.net:9000",
            ]
            """)
        #expect(layer.nick == "alice" && layer.port == 9_000 && layer.discoveryPort == 9_999)
        #expect(layer.bindAddress == "0.0.0.0" && layer.usesWideArea == false)
        #expect(
            layer.seedPeers?.map(\.description) == [
                "bob-laptop.tail1234.ts.net:9000", "charlie-desktop.tail1234.ts.net:9000",
            ])
    }

    @Test func theOtherKeysAreUnderstoodToo() throws {
        let layer = try parse(
            """
            tls = "off"
            advertise = ["a.example.org:9000"]
            discovery = false
            history_for_new = "since_join"
            [log]
            level = "debug"
            file = "/tmp/x"
            """)
        #expect(layer.usesTLS == false && layer.discovers == false && layer.historyForNew == .sinceJoin)
        #expect(layer.advertise == [Endpoint(host: "a.example.org", port: 9_000)])
        #expect(layer.logLevel.map { "\($0)" } == "debug" && layer.logFile == "/tmp/x")
        #expect(try parse("") == SettingsLayer())
    }

    @Test(arguments: [
        ("nick = \"a\"\n\nseed_peer = []\n", 3, "did you mean \"seed_peers\"?"),
        ("prot = 1", 1, "did you mean \"port\"?"),
        ("\"Nick\" = \"a\"", 1, "did you mean \"nick\"?"), ("zzz = 1", 1, "unknown key \"zzz\""),
        ("port = 1\n[log]\nlevle = \"info\"", 3, "did you mean \"log.level\"?"),
        ("[lgo]\nlevel = \"info\"", 1, "did you mean \"log\"?"),
    ])
    func anUnknownKeyIsNamedWithItsLineAndTheNearestOne(text: String, line: Int, part: String) {
        do throws(UserError) {
            _ = try parse(text)
            Issue.record("accepted: \(text)")
        } catch {
            #expect(error.status == .badConfiguration)
            #expect(error.sentence.contains("line \(line):") && error.sentence.contains(part), "\(error.sentence)")
        }
    }

    @Test(arguments: [
        ("port = 70000", 1, "0 to 65535"), ("port = -1", 1, "0 to 65535"), ("port = 1.5", 1, "0 to 65535"),
        ("\nport = \"x\"", 2, "0 to 65535"), ("nick = 5", 1, "\"nick\" must be"),
        ("nick = \"\"", 1, "\"nick\" must be"),
        ("nick = \"a\\u001bb\"", 1, "\"nick\" must be"), ("wan_mode = 3", 1, "true or false"),
        ("seed_peers = \"x\"", 1, "\"seed_peers\" must be"), ("seed_peers = [\"bob:0\"]", 1, "\"seed_peers\" must be"),
        ("seed_peers = [1]", 1, "\"seed_peers\" must be"), ("bind_addr = \"a b\"", 1, "\"bind_addr\" must be"),
        ("tls = \"maybe\"", 1, "true or false"), ("history_for_new = \"some\"", 1, "\"since_join\""),
        ("[log]\nlevel = \"loud\"", 2, "\"warning\""), ("port = ", 1, "line 1"), ("a = [", 1, "line 1"),
        ("port = 1\nport = 2", 2, "line 2"), ("[notify]\nhow = \"shout\"", 2, "\"osc777\""),
        ("[notify]\non = [\"lunch\"]", 2, "\"key-change\""), ("[notify]\ncommand = \"x\"", 2, "a list of words"),
        ("[keys]\ninvite = \"f2\"", 2, "must be a list of keys"), ("[keys]\nempty_enter = \"send\"", 2, "\"members\""),
    ])
    func aBadValueIsNamedWithItsLineAndWhatItShouldBe(text: String, line: Int, part: String) {
        do throws(UserError) {
            _ = try parse(text)
            Issue.record("accepted: \(text)")
        } catch {
            #expect(error.status == .badConfiguration)
            #expect(error.sentence.contains("line \(line):") && error.sentence.contains(part), "\(error.sentence)")
        }
    }

    @Test func keysAndNoticesAreRead() throws {
        let layer = try parse(
            """
            [keys]
            invite = ["f2", "alt-i"]
            empty_tab = "none"
            [notify]
            on = ["dm", "offline"]
            command = ["notify-send", "mesh-chat"]
            """)
        #expect(layer.keys["invite"] == .init(["f2", "alt-i"], place: "config.toml, line 2: "))
        #expect(layer.emptyTabInvites == false && layer.emptyEnterShowsMembers == nil)
        #expect(layer.notifyOn == [.direct, .offline] && layer.notifyCommand == ["notify-send", "mesh-chat"])
    }

    @Test func aFileThatIsNoTextIsRefusedAndAMissingOneIsEmpty() throws {
        let folder = TemporaryFolder()
        #expect(try ConfigFile.load(folder.file("none")) == SettingsLayer())
        Disk.write(folder.file("bytes"), [0xFF, 0xFE, 0x00])
        #expect(throws: UserError.self) { try ConfigFile.load(folder.file("bytes")) }
        Disk.write(folder.file("nul"), Array("port = 1 # \0".utf8))
        #expect(throws: UserError.self) { try ConfigFile.load(folder.file("nul")) }
    }

    @Test func theHigherLayerWinsAndTheLowerFillsTheGaps() throws {
        let file = try parse("nick = \"file\"\nport = 1\ntls = false")
        let variables = try SettingsLayer(
            Environment(["MESH_CHAT_NICK": "variable", "MESH_CHAT_PORT": "2", "MESH_CHAT_SEED_PEERS": "a:1, b:2"]))
        var flags = SettingsLayer()
        flags.nick = "flag"
        let all = flags.over(variables).over(file)
        #expect(all.nick == "flag" && all.port == 2 && all.usesTLS == false && all.seedPeers?.count == 2)
    }

    @Test(arguments: [
        ("MESH_CHAT_PORT", "x"), ("MESH_CHAT_TLS", "maybe"), ("MESH_CHAT_LOG_LEVEL", "loud"),
        ("MESH_CHAT_SEED_PEERS", "nowhere"),
        ("MESH_CHAT_NICK", "a\u{202E}"),
    ])
    func aBadVariableIsNamed(name: String, value: String) {
        do throws(UserError) {
            _ = try SettingsLayer(Environment([name: value]))
            Issue.record("accepted")
        } catch {
            #expect(error.status == .badConfiguration && error.sentence.hasPrefix(name))
            #expect(!error.sentence.contains("\u{202E}"))
        }
    }
}
