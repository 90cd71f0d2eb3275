import ChatKit
import Glibc
import MeshCrypto
import Testing

/// One profile of its own, and what the tests ask of it.
struct TestProfile {
    let folder = TemporaryFolder()
    let profile: Profile
    let notices = Notices()

    init() throws { profile = try Profile(configurationFolder: folder.path, environment: Environment([:])) }

    func load(_ passphrase: String? = nil, creating: Bool = true) throws(UserError) -> (key: String, store: SecretBytes)
    {
        let lines = passphrase.map { PassphraseLines($0) }
        let keys = try ProfileKeys.load(
            profile, passphrase: lines?.source ?? PassphraseSource(), creating: creating, say: notices.say)
        return (publicKey(keys.seed), keys.storeKey)
    }

    /// Nil when it worked.
    func refusal(_ passphrase: String? = nil, creating: Bool = true) -> UserError? {
        TestProfile.refusal { () throws(UserError) in _ = try load(passphrase, creating: creating) }
    }

    static func refusal(_ body: () throws(UserError) -> Void) -> UserError? {
        do throws(UserError) {
            try body()
            return nil
        } catch {
            return error
        }
    }

    /// `mesh-node id passwd`, cheaply; nil takes the passphrase away.
    func setPassphrase(_ new: String?, old: String? = nil) throws(UserError) {
        let (old, new) = (old.map { PassphraseLines($0) }, new.map { PassphraseLines($0) })
        guard let new else {
            return try IdentityBackup.removePassphrase(
                profile, passphrase: old?.source ?? PassphraseSource(), say: notices.say)
        }
        try IdentityBackup.setPassphrase(
            profile, passphrase: old?.source ?? PassphraseSource(), fresh: new.source, cost: .cheap, say: notices.say)
    }

    var identity: [UInt8] { Disk.read(profile.identityFile) }

    /// Every name in both folders that a key could hide under.
    var secretFiles: Set<String> {
        let names = ["identity.key", ".identity.key.writing", ".identity.key.erasing"]
            .map { (folder.path + "/" + $0, $0) }
        let stateNames = ["store.key", ".store.key.writing", ".store.key.erasing"]
            .map { (profile.stateFolder + "/" + $0, $0) }
        return Set((names + stateNames).filter { Disk.exists($0.0) }.map(\.1))
    }
}

@Suite struct ProfileKeysTests {
    private let test: TestProfile
    private var profile: Profile { test.profile }

    init() throws { test = try TestProfile() }

    @Test func aNewProfileGetsBothKeysOnceAndPrivately() throws {
        #expect(profile.storeFile == profile.stateFolder + "/history.sqlite")
        let first = try test.load()
        #expect(test.notices.sentences.contains { $0.contains("made a new identity") && $0.contains("passwd") })
        #expect(test.secretFiles == ["identity.key", "store.key"])
        #expect(Disk.mode(profile.storeKeyFile) == 0o600 && Disk.read(profile.storeKeyFile).count == 32)
        #expect(Disk.read(profile.storeKeyFile) != test.identity)
        let second = try test.load(creating: false)
        #expect(second.key == first.key && second.store.equals(first.store))
        #expect(SecretBytes(copying: Disk.read(profile.storeKeyFile)).equals(first.store))
    }

    @Test func whatIsMissingIsNamedWhenNothingIsToBeMade() throws {
        #expect(test.refusal(creating: false)?.sentence.contains("mesh-node keygen") == true)
        try IdentityFile.create(profile.identityFile, .random())
        #expect(test.refusal(creating: false)?.status == .failed)
        #expect(test.secretFiles == ["identity.key"])
    }

    @Test func anIdentityMadeUnderAPassphraseKeepsTheStoreKeyInside() throws {
        let first = try test.load("secret\n")
        #expect(test.secretFiles == ["identity.key"])
        #expect(test.identity.count == SealedIdentity.fileCount)
        let second = try test.load("secret\n")
        #expect(second.key == first.key && second.store.equals(first.store))
        #expect(test.refusal("Secret\n")?.status == .noPermission)
    }

    @Test(arguments: [\Profile.storeFile, \.networkFile, \.trustFile])
    func aFileWhoseKeyIsGoneIsNotGivenANewOne(_ file: any KeyPath<Profile, String> & Sendable) throws {
        _ = try test.load()
        Disk.write(profile[keyPath: file], [1])
        #expect(test.refusal() == nil)
        unlinkFile(profile.storeKeyFile)
        let error = try #require(test.refusal())
        #expect(error.status == .badData && error.sentence.contains("mv \(profile[keyPath: file])"))
        #expect(!Disk.exists(profile.storeKeyFile))
    }

    @Test(arguments: [0o644, 0o640, 0o604, 0o700] as [mode_t])
    func aStoreKeyThatOthersCouldReadIsRefused(mode: mode_t) throws {
        _ = try test.load()
        Disk.setMode(profile.storeKeyFile, mode)
        let error = try #require(test.refusal())
        #expect(error.status == .noPermission && error.sentence.contains("chmod 600 \(profile.storeKeyFile)"))
        #expect(error.sentence.contains("the key of your history"))
    }

    @Test(arguments: [0, 1, 31, 33, 5_000]) func aStoreKeyOfAnotherSizeIsRefusedAndLeftAlone(size: Int) throws {
        _ = try test.load()
        Disk.write(profile.storeKeyFile, [UInt8](repeating: 7, count: size))
        let error = try #require(test.refusal())
        #expect(error.status == .noPermission && error.sentence.contains("\(size) bytes"))
        #expect(Disk.read(profile.storeKeyFile).count == size)
    }

    @Test func aStoreKeyThatIsALinkIsRefused() throws {
        _ = try test.load()
        unlinkFile(profile.storeKeyFile)
        Disk.write(test.folder.file("elsewhere"), [UInt8](repeating: 7, count: 32))
        Disk.link(profile.storeKeyFile, to: test.folder.file("elsewhere"))
        #expect(test.refusal()?.sentence.contains("symbolic link") == true)
    }

    private func unlinkFile(_ path: String) { _ = unsafe unlink(path) }

    // MARK: The passphrase comes, changes and goes

    @Test func settingChangingAndRemovingThePassphraseKeepsBothKeys() throws {
        let first = try test.load()
        let raw = test.identity
        try test.setPassphrase("one\n")
        #expect(test.secretFiles == ["identity.key"], "the store key has moved")
        #expect(test.identity.count == SealedIdentity.fileCount && Disk.mode(profile.identityFile) == 0o600)
        #expect(try test.load("one\n").store.equals(first.store))
        #expect(test.refusal("two\n")?.status == .noPermission)

        try test.setPassphrase("two\n", old: "one\n")
        #expect(test.refusal("one\n")?.status == .noPermission)
        let changed = try test.load("two\n")
        #expect(changed.key == first.key && changed.store.equals(first.store))

        #expect(
            TestProfile.refusal { () throws(UserError) in try test.setPassphrase(nil, old: "one\n") }?.status
                == .noPermission)
        try test.setPassphrase(nil, old: "two\n")
        #expect(test.secretFiles == ["identity.key", "store.key"] && test.identity == raw)
        let last = try test.load()
        #expect(last.key == first.key && last.store.equals(first.store))
    }

    /// Descriptors that were open before show what became of the old files.
    @Test func whatTheSealedFileTakesInIsOverwrittenWhereItLay() throws {
        _ = try test.load()
        let files = [profile.identityFile, profile.storeKeyFile].map { Disk.open($0) }
        defer { files.forEach { close($0) } }
        try test.setPassphrase("one\n")
        for file in files {
            var bytes = [UInt8](repeating: 1, count: 64)
            #expect(unsafe pread(file, &bytes, 64, 0) == 32)
            #expect(bytes.prefix(32).allSatisfy { $0 == 0 })
        }
    }

    @Test func aPassphraseWithoutHistoryBringsAStoreKeyWithTheFirstStart() throws {
        try IdentityFile.create(profile.identityFile, .random())
        try test.setPassphrase("one\n")
        let first = try test.load("one\n")
        #expect(test.secretFiles == ["identity.key"])
        #expect(try test.load("one\n").store.equals(first.store))
    }

    @Test func anIdentityWithoutPassphraseIsAlsoReadInItsSealedForm() throws {
        let seed = IdentitySeed.random()
        let secrets = IdentitySecrets(seed: seed, storeKey: .random(count: 32), created: 1)
        try IdentityFile.create(
            profile.identityFile, .sealed(SealedIdentity(secrets, with: .withoutPassphrase)))
        let keys = try test.load()
        #expect(keys.key == publicKey(seed) && keys.store.equals(secrets.storeKey!))
    }

    @Test func anIdentityFromElsewhereUsesTheProfilesStoreKey() throws {
        let own = try test.load()
        #expect(try ProfileKeys.storeKey(profile, creating: false).equals(own.store))
        try test.setPassphrase("one\n")
        let error = TestProfile.refusal { () throws(UserError) in
            _ = try ProfileKeys.storeKey(profile, creating: true)
        }
        #expect(error?.status == .usage && error?.sentence.contains("--profile") == true)
        #expect(test.secretFiles == ["identity.key"])
    }

    // MARK: Killed on the way

    /// After the sealed identity was written, before `store.key` was erased; or the other way round.
    @Test func aStoreKeyInBothPlacesIsErasedOutside() throws {
        let first = try test.load()
        let key = Disk.read(profile.storeKeyFile)
        try test.setPassphrase("one\n")
        Disk.write(profile.storeKeyFile, key)
        #expect(try test.load("one\n").store.equals(first.store))
        #expect(test.secretFiles == ["identity.key"])
        Disk.write(profile.storeKeyFile, key)
        try test.setPassphrase(nil, old: "one\n")
        #expect(try test.load().store.equals(first.store))
        #expect(test.secretFiles == ["identity.key", "store.key"])
    }

    @Test func twoDifferentStoreKeysAreBothKept() throws {
        _ = try test.load()
        try test.setPassphrase("one\n")
        let other = [UInt8](repeating: 5, count: 32)
        Disk.write(profile.storeKeyFile, other)
        let error = try #require(test.refusal("one\n"))
        #expect(error.status == .badData && error.sentence.contains("mv \(profile.storeKeyFile)"))
        let removal = TestProfile.refusal { () throws(UserError) in try test.setPassphrase(nil, old: "one\n") }
        #expect(removal?.status == .badData)
        #expect(Disk.read(profile.storeKeyFile) == other && test.identity.count == SealedIdentity.fileCount)
    }

    @Test func halfWrittenFilesGoWithTheNextStart() throws {
        let first = try test.load()
        let (identity, store) = (test.folder.path + "/.identity.key", profile.stateFolder + "/.store.key")
        for count in 0...32 {
            Disk.write(identity + ".writing", Array(test.identity.prefix(count)))
            Disk.write(store + ".writing", Array(Disk.read(profile.storeKeyFile).prefix(count)))
            Disk.write(identity + ".erasing", [UInt8](repeating: 3, count: count))
            let keys = try test.load()
            #expect(keys.key == first.key && keys.store.equals(first.store))
            #expect(test.secretFiles == ["identity.key", "store.key"])
        }
    }

    @Test func aKillBeforeTheFirstIdentityHadItsNameLeavesRoomForANewOne() throws {
        for count in [0, 1, 32] {
            Disk.write(test.folder.path + "/.identity.key.writing", [UInt8](repeating: 1, count: count))
            #expect(test.refusal(creating: false)?.status == .failed)
        }
        _ = try test.load()
        #expect(test.secretFiles == ["identity.key", "store.key"])
    }

    /// Children that set and remove the passphrase until they are killed, each after another time.
    @Test(.timeLimit(.minutes(3))) func aKillAtAnyMomentOfPasswdLosesNoKey() async throws {
        let first = try test.load()
        let folder = test.folder.path
        for round in 0..<20 {
            let microseconds = UInt32.random(in: 0...12_000)
            await #expect(processExitsWith: .signal(SIGKILL)) {
                [folder = folder as String, microseconds = microseconds as UInt32] in
                let profile = try Profile(configurationFolder: folder, environment: Environment([:]))
                let quiet: (String) -> Void = { _ in }
                _ = Task.detached {
                    usleep(microseconds)
                    kill(getpid(), SIGKILL)
                }
                while true {
                    let (old, new) = (PassphraseLines("one\n"), PassphraseLines("one\n"))
                    if case .raw = try IdentityFile.read(profile.identityFile) {
                        try IdentityBackup.setPassphrase(
                            profile, passphrase: PassphraseSource(), fresh: new.source, cost: .cheap, say: quiet)
                    } else {
                        try IdentityBackup.removePassphrase(profile, passphrase: old.source, say: quiet)
                    }
                }
            }
            let keys = try test.load("one\n", creating: false)
            #expect(keys.key == first.key && keys.store.equals(first.store), "round \(round), \(microseconds) µs")
            let expected: Set = test.identity.count == 32 ? ["identity.key", "store.key"] : ["identity.key"]
            #expect(test.secretFiles == expected, "round \(round), \(microseconds) µs")
        }
    }
}
