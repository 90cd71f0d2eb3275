import ChatKit
import Foundation
import Testing

@Suite struct BadInputTests {
    private func chat(_ home: Home, _ flags: [String] = loopback, _ environment: [String: String] = [:]) async throws
        -> (
            status: Int32, output: [String], notices: [String]
        )
    {
        try await Program.run("mesh-chat", flags, home: home.path, environment: environment)
    }

    @Test(arguments: [
        ["--prot", "1"], ["--port", "70000"], ["--seed", "nowhere"], ["--tls", "maybe"], ["--nick", ""],
        ["--profile", "../x"],
        ["--log-level", "loud"], ["--ephemeral", "--profile", "x"], ["--keypair-seed", "12"], ["stray"],
    ])
    func wrongFlagsAreUsageErrors(flags: [String]) async throws {
        let result = try await chat(try Home(), flags)
        #expect(result.status == 64, "\(result.notices)")
        #expect(result.output.isEmpty && !result.notices.isEmpty)
    }

    @Test func aMisspeltKeyOfTheConfigurationIsNamedWithItsLine() async throws {
        let home = try Home()
        try home.write("nick = \"a\"\nseed_peer = []\n", to: home.configuration + "/config.toml")
        let result = try await chat(home)
        #expect(result.status == 78)
        #expect(result.notices.contains { $0.contains("line 2") && $0.contains("did you mean \"seed_peers\"?") })
    }

    @Test func aBadValueIsNamedToo() async throws {
        let home = try Home()
        try home.write("port = \"x\"\n", to: home.configuration + "/config.toml")
        #expect(try await chat(home).status == 78)
        #expect(try await chat(try Home(), loopback, ["MESH_CHAT_WAN_MODE": "perhaps"]).status == 78)
    }

    @Test func anIdentityThatOthersCanReadIsRefusedWithItsRemedyAndLeftAlone() async throws {
        let home = try Home()
        let file = home.configuration + "/identity.key"
        try home.write(String(repeating: "k", count: 32), to: file, mode: 0o644)
        let result = try await chat(home)
        #expect(result.status == 77)
        #expect(result.notices.contains { $0.contains("chmod 600 \(file)") })
        #expect(try String(contentsOfFile: file, encoding: .utf8) == String(repeating: "k", count: 32))
    }

    @Test func anIdentityOfAnotherSizeIsRefused() async throws {
        let home = try Home()
        try home.write("short", to: home.configuration + "/identity.key")
        #expect(try await chat(home).status == 77)
    }

    @Test func aPortThatWasAskedForAndIsTakenIsNamed() async throws {
        let alice = try await Person("alice", [])
        let port = try #require(alice.contact.split(separator: ":").last.map(String.init))
        let result = try await chat(try Home(), ["--bind", "127.0.0.1", "--no-discovery", "--port", port])
        #expect(result.status == 73)
        #expect(result.notices.contains { $0.contains("port \(port)") && $0.contains("in use") })
    }

    @Test func aProfileInUseIsRefusedAndTheWaysOutAreNamed() async throws {
        let alice = try await Person("alice", [])
        let result = try await chat(alice.home)
        #expect(result.status == 73)
        #expect(result.notices.contains { $0.contains("--profile") && $0.contains("--ephemeral") })
        let other = try await chat(alice.home, loopback + ["--profile", "other"])
        #expect(other.status == 0)
        let throwAway = try await chat(alice.home, loopback + ["--ephemeral"])
        #expect(throwAway.status == 0)
    }

    @Test func aKeyOnTheCommandLineWorksAndIsWarnedAbout() async throws {
        let seed = String(repeating: "07", count: 32)
        let first = try await chat(try Home(), loopback + ["--keypair-seed", seed])
        #expect(first.status == 0)
        #expect(first.notices.contains { $0.contains("visible to everybody") })
        let home = try Home()
        try home.write(seed + "\n", to: home.path + "/key")
        let second = try await chat(home, loopback + ["--keypair-file", home.path + "/key"])
        let friend: ([String]) -> Substring? = { $0.first { $0.hasPrefix("For a friend: ") }?.prefix(78) }
        #expect(friend(first.notices) != nil && friend(first.notices) == friend(second.notices))
        #expect(try await chat(try Home(), loopback + ["--keypair-file", "/etc/hostname"]).status == 65)
    }

    @Test func helpAndVersionGoToStandardOutput() async throws {
        for program in ["mesh-chat", "mesh-node"] {
            let help = try await Program.run(program, ["--help"], home: try Home().path)
            #expect(help.status == 0 && help.output.contains { $0.contains("EXAMPLES") })
            let version = try await Program.run(program, ["--version"], home: try Home().path)
            #expect(version.output == ["\(program) \(Version.text)"])
        }
    }
}
