import ChatKit
import Glibc
import MeshCore
import MeshCrypto
import Testing

@Suite struct IdentityBackupTests {
    private let test: TestProfile
    private let other: TestProfile
    private var backup: String { test.folder.file("backup") }

    init() throws { (test, other) = (try TestProfile(), try TestProfile()) }

    private func export(old: String? = nil, new: String? = "backup\n", to path: String? = nil) throws(UserError) {
        let (old, new) = (old.map { PassphraseLines($0) }, new.map { PassphraseLines($0) })
        try IdentityBackup.export(
            test.profile, to: path ?? backup, passphrase: old?.source ?? PassphraseSource(),
            fresh: new?.source ?? PassphraseSource(), cost: .cheap, say: test.notices.say)
    }

    private func restore(_ path: String, _ passphrase: String?) throws(UserError) -> String {
        let lines = passphrase.map { PassphraseLines($0) }
        return try IdentityBackup.import(
            path, into: other.profile, passphrase: lines?.source ?? PassphraseSource(), say: other.notices.say)
    }

    private func refusal(_ body: () throws(UserError) -> Void) -> UserError? { TestProfile.refusal(body) }

    @Test(arguments: [nil, "own\n"]) func aBackupIsTheSameIdentityWithoutTheHistorysKey(passphrase: String?) throws {
        let first = try test.load()
        if let passphrase { try test.setPassphrase(passphrase) }
        try export(old: passphrase)
        #expect(Disk.mode(backup) == 0o600)
        let sealed = try SealedIdentity(file: Disk.read(backup))
        let key = try #require(sealed.key(for: SecretBytes("backup")))
        let inside = try #require(sealed.open(with: key))
        #expect(publicKey(inside.seed) == first.key && inside.storeKey == nil)

        #expect(try restore(backup, "backup\n") == first.key)
        let restored = try other.load("backup\n")
        #expect(restored.key == first.key && !restored.store.equals(first.store))
        #expect(other.secretFiles == ["identity.key"], "a restored identity keeps its passphrase")
        #expect(try other.load("backup\n").store.equals(restored.store))
    }

    @Test func aBackupCopiedByHandInThePlaceOfTheIdentityWorksToo() throws {
        let first = try test.load()
        try export()
        Disk.write(test.profile.identityFile, Disk.read(backup))
        let keys = try test.load("backup\n")
        #expect(keys.key == first.key && keys.store.equals(first.store), "the old store.key is taken in")
        #expect(test.secretFiles == ["identity.key"])
    }

    @Test func nothingIsEverWrittenOverAFile() throws {
        _ = try test.load()
        Disk.write(backup, [1])
        #expect(refusal { () throws(UserError) in try export() }?.status == .cannotCreate)
        #expect(Disk.read(backup) == [1])
        Disk.link(test.folder.file("dangling"), to: test.folder.file("elsewhere"))
        #expect(
            refusal { () throws(UserError) in try export(to: test.folder.file("dangling")) }?.status == .cannotCreate)
        #expect(!Disk.exists(test.folder.file("elsewhere")))

        try export(to: test.folder.file("second"))
        let before = try other.load()
        let error = refusal { () throws(UserError) in _ = try restore(test.folder.file("second"), "backup\n") }
        #expect(error?.status == .cannotCreate && error?.sentence.contains("never") == true)
        #expect(try other.load().key == before.key)
    }

    @Test func aWrongPassphraseRestoresNothing() throws {
        _ = try test.load()
        try export()
        let error = refusal { () throws(UserError) in _ = try restore(backup, "wrong\n") }
        #expect(error?.status == .noPermission && error?.sentence.contains("passphrase") == true)
        #expect(!Disk.exists(other.profile.identityFile))
    }

    @Test func rawBytesAndHexAreTakenToo() throws {
        let bytes = [UInt8](1...32)
        let key = publicKey(IdentitySeed(bytes: bytes)!)
        for (index, content) in [bytes, Array(Hex.encode(bytes).utf8), Array((Hex.encode(bytes) + "\n").utf8)]
            .enumerated()
        {
            let file = test.folder.file("seed\(index)")
            Disk.write(file, content, mode: 0o644)
            let target = try TestProfile()
            #expect(
                try IdentityBackup.import(
                    file, into: target.profile, passphrase: PassphraseSource(), say: target.notices.say) == key)
            #expect(Disk.read(target.profile.identityFile) == bytes)
            #expect(target.notices.sentences.contains { $0.contains("no passphrase") })
        }
        for content in [[], [1], Array(bytes.dropLast()), Array(Hex.encode(bytes).utf8.dropLast())] {
            Disk.write(test.folder.file("none"), content)
            let error = refusal { () throws(UserError) in _ = try restore(test.folder.file("none"), nil) }
            #expect(error?.status == .badData)
        }
        #expect(refusal { () throws(UserError) in _ = try restore("/nowhere", nil) }?.status == .noPermission)
    }

    @Test func everyTruncationOfABackupIsRefused() throws {
        _ = try test.load()
        try export()
        let file = Disk.read(backup)
        for count in 0..<file.count {
            Disk.write(backup, Array(file.prefix(count)))
            let error = refusal { () throws(UserError) in _ = try restore(backup, "backup\n") }
            #expect(error?.status == .badData, "\(count)")
        }
        #expect(!Disk.exists(other.profile.identityFile))
    }

    @Test func withoutAPassphraseEitherDescriptorGivesTheNewOneAndBothAreTooMany() throws {
        _ = try test.load()
        try export(old: "backup\n", new: nil)
        #expect(try restore(backup, "backup\n").count == 64)
        let error = refusal { () throws(UserError) in try export(old: "a\n", new: "b\n", to: backup + "2") }
        #expect(error?.status == .usage && !Disk.exists(backup + "2"))
        #expect(refusal { () throws(UserError) in try test.setPassphrase("b\n", old: "a\n") }?.status == .usage)
        #expect(test.identity.count == 32)
    }

    @Test func oneDescriptorMayGiveOldAndNewLine() throws {
        _ = try test.load()
        try test.setPassphrase("old\n")
        let lines = PassphraseLines("old\nnew\n")
        try IdentityBackup.setPassphrase(
            test.profile, passphrase: lines.source, fresh: lines.source, cost: .cheap, say: test.notices.say)
        #expect(test.refusal("old\n")?.status == .noPermission)
        _ = try test.load("new\n")
    }

    @Test func emptyOrEndlessPassphrasesAreUsageErrors() throws {
        _ = try test.load()
        for text in ["\n", "", String(repeating: "x", count: 1_025) + "\n"] {
            #expect(refusal { () throws(UserError) in try test.setPassphrase(text) }?.status == .usage)
        }
        #expect(test.identity.count == 32 && test.secretFiles == ["identity.key", "store.key"])
        try test.setPassphrase(String(repeating: "x", count: 1_024) + "\n")
        #expect(test.identity.count == SealedIdentity.fileCount)
    }

    @Test func aDescriptorThatIsNotOpenIsAUsageError() throws {
        let error = refusal { () throws(UserError) in
            _ = try ProfileKeys.load(
                test.profile, passphrase: PassphraseSource(descriptor: 1 << 20), creating: true, say: test.notices.say)
        }
        #expect(error?.status == .usage && error?.sentence.contains("1048576") == true)
        #expect(!Disk.exists(test.profile.identityFile))
    }

    @Test func aPassphraseThatIsNotNeededIsReadAllTheSameAndThatIsSaid() throws {
        _ = try test.load()
        let lines = PassphraseLines("not needed\nhello\n")
        _ = try ProfileKeys.load(test.profile, passphrase: lines.source, creating: true, say: test.notices.say)
        #expect(test.notices.sentences.contains { $0.contains("not needed") })
        #expect(try lines.source.fresh(for: "x").equals(SecretBytes("hello")))
    }

    @Test func noneOfThemRunsBesideAProgramThatUsesTheProfile() throws {
        _ = try test.load()
        let lock = try ProfileLock(test.profile)
        #expect(refusal { () throws(UserError) in try test.setPassphrase("a\n") }?.status == .cannotCreate)
        #expect(refusal { () throws(UserError) in try test.setPassphrase(nil) }?.status == .cannotCreate)
        try export()
        withExtendedLifetime(lock) {}
    }
}
