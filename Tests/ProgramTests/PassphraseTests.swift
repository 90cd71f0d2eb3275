import ChatKit
import Foundation
import Glibc
import MeshCrypto
import Testing

@Suite struct PassphraseTests {
    private let home: Home
    private let seed = IdentitySeed.random()
    private var file: String { home.configuration + "/identity.key" }

    init() throws { home = try Home() }

    /// An identity that is cheap to open.
    private func seal(under passphrase: String, storeKey: SecretBytes? = nil) throws {
        let cost = try #require(Scrypt.Cost(iterations: 16, blockSize: 1, parallelism: 1))
        let sealing = try #require(SealingKey(SecretBytes(copying: Array(passphrase.utf8)), cost: cost))
        let secrets = IdentitySecrets(seed: seed, storeKey: storeKey, created: 1)
        try IdentityFile.create(file, .sealed(SealedIdentity(secrets, with: sealing)))
    }

    private func node(_ arguments: [String], _ input: String = "") async throws -> (
        status: Int32, output: [String], notices: [String]
    ) {
        try await Program.run("mesh-node", arguments, home: home.path, input: input)
    }

    // MARK: On a descriptor

    @Test func everyProgramTakesThePassphraseFromADescriptor() async throws {
        try seal(under: "open sesame")
        let flag = ["--passphrase-fd", "0"]
        let id = try await node(["id"] + flag, "open sesame\n")
        #expect(id.status == 0 && id.output.first?.count == 64)
        #expect(try await node(["id", "show"] + flag, "open sesame\n").output == id.output)
        #expect(try await node(["cert"] + flag, "open sesame").output.first == "-----BEGIN CERTIFICATE-----")
        let run = try Program("mesh-node", ["run"] + loopback + flag, home: home.path)
        run.type("open sesame")
        let ready = try JSONParser.parse(try await run.line(.output, "ready") { _ in true }.utf8)
        #expect(ready["id"]?.string == id.output.first)
        run.send(signal: SIGTERM)
        #expect(try await run.exitStatus() == 0)
    }

    @Test func aWrongPassphraseEndsWith77AndChangesNothing() async throws {
        try seal(under: "open sesame")
        let before = try Data(contentsOf: URL(fileURLWithPath: file))
        let commands = [
            ["id"], ["cert"], ["run"] + loopback, ["id", "passwd", "--remove"],
            ["id", "export", home.path + "/backup"],
        ]
        for command in commands {
            let result = try await node(command + ["--passphrase-fd", "0"], "wrong\nnew\n")
            #expect(result.status == 77 && result.output.isEmpty, "\(command): \(result.notices)")
            #expect(result.notices.contains { $0.contains("not the passphrase") }, "\(command): \(result.notices)")
        }
        let chat = try await Program.run(
            "mesh-chat", loopback + ["--passphrase-fd", "0"], home: home.path, input: "wrong\n")
        #expect(chat.status == 77)
        #expect(try Data(contentsOf: URL(fileURLWithPath: file)) == before)
        #expect(!FileManager.default.fileExists(atPath: home.path + "/backup"))
    }

    @Test func withoutATerminalTheSentenceNamesTheFlag() async throws {
        try seal(under: "open sesame")
        for command in [["id"], ["cert"], ["run"] + loopback, ["id", "passwd"]] {
            let result = try await node(command)
            #expect(result.status == 77 && result.notices.contains { $0.contains("--passphrase-fd 3") }, "\(command)")
        }
        let fresh = try Home()
        _ = try await Program.run("mesh-node", ["keygen"], home: fresh.path)
        let result = try await Program.run("mesh-node", ["id", "passwd"], home: fresh.path)
        #expect(result.status == 77 && result.notices.contains { $0.contains("--new-passphrase-fd") })
    }

    @Test func misuseIsAUsageError() async throws {
        for arguments in [
            ["id", "--passphrase-fd", "-1"], ["id", "--passphrase-fd", "x"], ["id", "export"], ["id", "frobnicate"],
            ["id", "passwd", "--remove", "--new-passphrase-fd", "0"], ["id", "--profile", "two", "export", "x"],
            ["run", "--ephemeral", "--control", "x", "--passphrase-fd", "0"],
            ["run", "--keypair-file", "-", "--passphrase-fd", "0"],
        ] {
            #expect(try await node(arguments).status == 64, "\(arguments)")
        }
        try seal(under: "open sesame")
        #expect(try await node(["id", "--passphrase-fd", "77"]).status == 64)
        #expect(try await node(["id", "--passphrase-fd", "0"], "").status == 64)
    }

    /// The line of a passphrase that is not needed must not become a message to the group.
    @Test func aPassphraseOnStandardInputIsNeverSaidToTheGroup() async throws {
        let chat = try Program(
            "mesh-chat", ["--json", "--keypair-file", home.path + "/seed"] + loopback + ["--passphrase-fd", "0"],
            home: home.path)
        try home.write(String(repeating: "07", count: 32), to: home.path + "/seed")
        chat.type("my passphrase")
        chat.type("{\"cmd\":\"status\",\"ref\":\"1\"}")
        let answer = try await chat.line(.output, containing: "\"ref\":\"1\"")
        #expect(answer.contains("\"type\":\"status\""))
        chat.closeInput()
        #expect(try await chat.exitStatus() == 0)
        let all = chat.lines(.output) + chat.lines(.notices)
        #expect(!all.contains { $0.contains("my passphrase") || $0.contains("bad-json") }, "\(all)")
        #expect(all.contains { $0.contains("not needed") })
    }

    @Test func anIdentityIsExportedImportedAndProtectedByScripts() async throws {
        let made = try await node(["keygen", "--passphrase-fd", "0"], "first\n")
        let key = try #require(made.output.first)
        let backup = home.path + "/backup"
        let export = try await node(
            ["id", "export", backup, "--passphrase-fd", "0", "--new-passphrase-fd", "0"], "first\nsecond\n")
        #expect(export.status == 0 && export.output.isEmpty)
        #expect(try await node(["id", "export", backup, "--passphrase-fd", "0"], "first\n").status == 73)
        let flags = ["--profile", "two", "--passphrase-fd", "0"]
        #expect(try await node(["id", "import", backup] + flags, "first\n").status == 77)
        #expect(try await node(["id", "import", backup] + flags, "second\n").output == [key])
        #expect(try await node(["id", "import", backup] + flags, "second\n").status == 73)
        #expect(try await node(["id", "passwd", "--remove"] + flags, "second\n").status == 0)
        #expect(try await node(["id", "--profile", "two"]).output == [key])
        #expect(try await node(["id"]).status == 77)
    }

    // MARK: At a terminal

    @Test func aPersonIsAskedAndNothingTypedIsShown() throws {
        try seal(under: "open sesame")
        let terminal = try TerminalProgram("mesh-node", ["id"], home: home.path)
        try terminal.waits(for: "Passphrase of \(file): ")
        #expect(!terminal.isEchoing)
        terminal.type("open sesame\n")
        #expect(try terminal.exitStatus() == 0)
        #expect(terminal.isEchoing && !terminal.screen.contains("sesame"))
        #expect(terminal.screen.split(separator: "\n").last?.count == 64, "\(terminal.screen)")
    }

    @Test(arguments: ["wrong\n", "\n", "\u{04}"]) func aWrongAnswerLeavesTheTerminalAsItWas(answer: String) throws {
        try seal(under: "open sesame")
        let terminal = try TerminalProgram("mesh-chat", loopback, home: home.path)
        try terminal.waits(for: "Passphrase of")
        terminal.type(answer)
        #expect(try terminal.exitStatus() == 77)
        #expect(terminal.isEchoing)
    }

    @Test func interruptingTheQuestionLeavesTheTerminalAsItWas() throws {
        try seal(under: "open sesame")
        let typed = try TerminalProgram("mesh-node", ["id"], home: home.path)
        try typed.waits(for: "Passphrase of")
        typed.type("open\u{03}")
        #expect(try typed.exitStatus() == 128 + SIGINT)
        #expect(typed.isEchoing)
        for signal in [SIGTERM, SIGHUP, SIGQUIT] {
            let terminal = try TerminalProgram("mesh-chat", loopback, home: home.path)
            try terminal.waits(for: "Passphrase of")
            #expect(!terminal.isEchoing)
            terminal.send(signal: signal)
            #expect(try terminal.exitStatus() == 128 + signal)
            #expect(terminal.isEchoing)
        }
    }

    @Test func aNewPassphraseIsTypedTwice() throws {
        try IdentityFile.create(file, seed)
        let different = try TerminalProgram("mesh-node", ["id", "passwd"], home: home.path)
        try different.waits(for: "New passphrase of \(file): ")
        different.type("one\n")
        try different.waits(for: "The same again: ")
        different.type("two\n")
        #expect(try different.exitStatus() == 64 && different.isEchoing)
        #expect(different.screen.contains("nothing was changed"))
        #expect(try Data(contentsOf: URL(fileURLWithPath: file)).count == 32)

        let same = try TerminalProgram("mesh-node", ["id", "passwd"], home: home.path)
        try same.waits(for: "New passphrase of")
        same.type("one\n")
        try same.waits(for: "The same again: ")
        same.type("one\n")
        #expect(try same.exitStatus() == 0 && same.isEchoing)
        #expect(try Data(contentsOf: URL(fileURLWithPath: file)).count == SealedIdentity.fileCount)
    }

    /// What follows at the same terminal is chat, with Ctrl+C as before.
    @Test func afterTheQuestionTheProgramGoesOnAsUsual() throws {
        try seal(under: "open sesame")
        let terminal = try TerminalProgram("mesh-chat", loopback, home: home.path)
        try terminal.waits(for: "Passphrase of")
        terminal.type("open sesame\n")
        try terminal.waits(for: "For a friend: ")
        #expect(terminal.isEchoing)
        terminal.type("/help\n")
        try terminal.waits(for: "/revoke")
        terminal.type("\u{03}")
        #expect(try terminal.exitStatus() == 0)
    }
}
