import MeshCore
import Testing

@testable import ChatKit

@Suite struct SetupTests {
    private func profile(_ folder: TemporaryFolder) throws -> Profile {
        try Profile(configurationFolder: folder.path + "/profile", environment: Environment([:]))
    }

    @Test(arguments: ["alice", "a\"b\\c", "日本 語", "# not = a [comment]"])
    func whatTheWizardWritesIsWhatTheNextStartReads(_ nick: String) throws {
        let key = try #require(NodeID(hex: String(repeating: "ab", count: 32)))
        let seed = SeedPeer(key: key, endpoint: Endpoint(host: "alice.example.org", port: 9000))
        let answers = SetupAnswers(
            nick: nick, seed: seed, listen: Endpoint(host: "127.0.0.1", port: 0), searches: false)
        let layer = try ConfigFile.parse(answers.configuration, path: "config.toml")
        #expect(layer.nick == nick && layer.seedPeers == [seed])
        #expect(layer.port == 0 && layer.bindAddress == "127.0.0.1" && layer.discovers == false)
        let alone = SetupAnswers(nick: nick, seed: nil, listen: answers.listen, searches: true)
        #expect(try ConfigFile.parse(alone.configuration, path: "config.toml").seedPeers == [])
    }

    @Test func aConfigurationThatExistsIsNeverWrittenOver() throws {
        let folder = TemporaryFolder()
        let profile = try profile(folder)
        let answers = SetupAnswers(
            nick: "alice", seed: nil, listen: Endpoint(host: "0.0.0.0", port: 9000), searches: true)
        try answers.write(profile)
        var other = answers
        other.nick = "mallory"
        #expect(throws: UserError.self) { try other.write(profile) }
        #expect(try ConfigFile.load(profile.configurationFile).nick == "alice")
    }

    @Test func aNickThatWasChangedIsRememberedUntilTheSettingsNameAnother() throws {
        let folder = TemporaryFolder()
        let profile = try profile(folder)
        try Folder.prepare(profile.stateFolder)
        #expect(try NickFile.nick(profile, over: "alice") == "alice")
        try NickFile.keep("allie", over: "alice", profile)
        #expect(try NickFile.nick(profile, over: "alice") == "allie")
        #expect(try NickFile.nick(profile, over: "alison") == "alison")
        try NickFile.keep("ann", over: nil, profile)
        #expect(try NickFile.nick(profile, over: nil) == "ann")
    }

    @Test(arguments: ["", "x", "\n\n", "a\u{1B}[2J\nalice\n", "bob\nsomebody else\n"])
    func aDamagedFileOfTheNickCostsNothingElse(_ text: String) throws {
        let folder = TemporaryFolder()
        let profile = try profile(folder)
        try Folder.prepare(profile.stateFolder)
        try Folder.replace(profile.nickFile, with: Array(text.utf8))
        #expect(try NickFile.nick(profile, over: "alice") == "alice")
    }
}
