import ChatKit
import Glibc
import MeshCrypto
import Testing

@Suite struct ProfileTests {
    private let home = Environment(["HOME": "/home/al"])

    @Test func withoutFlagsTheFilesLieInTheXDGDefaults() throws {
        let profile = try Profile(environment: home)
        #expect(profile.identityFile == "/home/al/.config/mesh-chat/identity.key")
        #expect(profile.configurationFile == "/home/al/.config/mesh-chat/config.toml")
        #expect(profile.networkFile == "/home/al/.local/state/mesh-chat/network")
        #expect(profile.controlSocket == "/home/al/.local/state/mesh-chat/default.sock")
    }

    @Test func variablesMoveThemAndAProfileHasItsOwnFolder() throws {
        let environment = Environment([
            "HOME": "/home/al", "XDG_CONFIG_HOME": "/c/", "XDG_STATE_HOME": "/s", "XDG_RUNTIME_DIR": "/run/user/7",
        ])
        let profile = try Profile(named: "work", environment: environment)
        #expect(profile.identityFile == "/c/mesh-chat/work/identity.key")
        #expect(profile.networkFile == "/s/mesh-chat/work/network")
        #expect(profile.controlSocket == "/run/user/7/mesh-chat/work.sock")
        let relative = Environment(["HOME": "/home/al", "XDG_CONFIG_HOME": "relative"])
        #expect(try Profile(environment: relative).configurationFolder == "/home/al/.config/mesh-chat")
    }

    @Test func aConfigurationFolderKeepsItsStateBeside() throws {
        let profile = try Profile(configurationFolder: "/x/y/", environment: Environment([:]))
        #expect(profile.identityFile == "/x/y/identity.key")
        #expect(profile.networkFile == "/x/y/state/network")
    }

    @Test(arguments: ["", "../x", "a/b", ".hidden", "a b", "ä", "state", String(repeating: "x", count: 33)])
    func aNameThatLeadsElsewhereIsRefused(name: String) {
        #expect(throws: UserError.self) { try Profile(named: name, environment: home) }
    }

    @Test func withoutAHomeTheSentenceNamesTheFlag() {
        do throws(UserError) {
            _ = try Profile(environment: Environment([:]))
            Issue.record("a profile without a place")
        } catch {
            #expect(error.status == .badConfiguration && error.sentence.contains("--config"))
        }
    }

    @Test func aProfileInUseIsLockedAndTheSentenceNamesTheWaysOut() throws {
        let folder = TemporaryFolder()
        let profile = try Profile(configurationFolder: folder.path, environment: Environment([:]))
        let first = try ProfileLock(profile)
        do throws(UserError) {
            _ = try ProfileLock(profile)
            Issue.record("locked twice")
        } catch {
            #expect(error.status == .cannotCreate)
            #expect(error.sentence.contains("--profile") && error.sentence.contains("--ephemeral"))
            #expect(error.sentence.contains("process \(getpid());"), "\(error.sentence)")
        }
        withExtendedLifetime(first) {}
    }

    @Test func aLockEndsWithItsOwner() throws {
        let folder = TemporaryFolder()
        let profile = try Profile(configurationFolder: folder.path, environment: Environment([:]))
        do { _ = try ProfileLock(profile) }
        _ = try ProfileLock(profile)
        #expect(Disk.mode(profile.lockFile) == 0o600 && Disk.mode(profile.stateFolder) == 0o700)
    }

    /// Between its fork and its exec a child holds all that its parent had open; a second descriptor stands for it.
    @Test func aLockEndsWithItsOwnerAlsoWhileAChildIsStarted() throws {
        let folder = TemporaryFolder()
        let profile = try Profile(configurationFolder: folder.path, environment: Environment([:]))
        var child: Int32?
        do {
            let lock = try ProfileLock(profile)
            child = Disk.descriptors(of: profile.lockFile).first.map { dup($0) }
            withExtendedLifetime(lock) {}
        }
        _ = try ProfileLock(profile)
        close(try #require(child))
    }
}

@Suite struct IdentityFileTests {
    private let folder = TemporaryFolder()
    private var path: String { folder.file("sub/identity.key") }

    private func refusal(_ path: String) -> UserError? {
        do throws(UserError) {
            _ = try IdentityFile.read(path)
            return nil
        } catch {
            return error
        }
    }

    @Test func aNewIdentityIsPrivateAndComesBackTheSame() throws {
        #expect(try IdentityFile.read(path) == nil)
        let seed = IdentitySeed(bytes: [UInt8](0..<32))!
        try IdentityFile.create(path, seed)
        #expect(Disk.read(path) == [UInt8](0..<32))
        #expect(Disk.mode(path) == 0o600 && Disk.mode(folder.file("sub")) == 0o700)
        guard case .raw(let loaded) = try IdentityFile.read(path) else {
            Issue.record("no raw identity")
            return
        }
        #expect(IdentityKey(seed: loaded).publicKey == IdentityKey(seed: seed).publicKey)
    }

    @Test func anIdentityIsNeverOverwritten() throws {
        try IdentityFile.create(path, .random())
        let before = Disk.read(path)
        do throws(UserError) {
            try IdentityFile.create(path, .random())
            Issue.record("overwritten")
        } catch {
            #expect(error.status == .cannotCreate && error.sentence.contains("never overwritten"))
        }
        #expect(Disk.read(path) == before)
    }

    @Test func aDanglingLinkIsNotFollowed() {
        Disk.makeFolder(folder.file("sub"))
        Disk.link(path, to: folder.file("elsewhere"))
        #expect(throws: UserError.self) { try IdentityFile.create(path, .random()) }
        #expect(!Disk.exists(folder.file("elsewhere")))
    }

    @Test(arguments: [0o644, 0o640, 0o604, 0o620, 0o700, 0o777] as [mode_t])
    func aFileThatOthersCouldReadIsRefusedWithTheCommandThatMendsIt(mode: mode_t) throws {
        let file = folder.file("key")
        Disk.write(file, [UInt8](repeating: 7, count: 32), mode: mode)
        let error = try #require(refusal(file))
        #expect(error.status == .noPermission && error.sentence.contains("chmod 600 \(file)"))
    }

    @Test(arguments: [0, 1, 31, 33, 64, 100_000])
    func aFileOfAnotherSizeIsRefusedAndLeftAlone(size: Int) throws {
        let file = folder.file("key")
        Disk.write(file, [UInt8](repeating: 7, count: size))
        let error = try #require(refusal(file))
        #expect(
            error.status == .noPermission && error.sentence.contains("\(size) bytes") && error.sentence.contains("mv "))
        #expect(Disk.read(file).count == size)
    }

    @Test func aLinkAndAFolderAreRefused() throws {
        Disk.write(folder.file("real"), [UInt8](repeating: 7, count: 32))
        Disk.link(folder.file("link"), to: folder.file("real"))
        let error = try #require(refusal(folder.file("link")))
        #expect(error.status == .noPermission && error.sentence.contains("symbolic link"))
        #expect(refusal(folder.path)?.status == .noPermission)
    }

    @Test(.enabled(if: geteuid() == 0, "only root can give files away"))
    func aFileOfSomebodyElseIsRefusedWithChown() throws {
        let file = folder.file("key")
        Disk.write(file, [UInt8](repeating: 7, count: 32))
        _ = unsafe chown(file, 65_534, 65_534)
        let error = try #require(refusal(file))
        #expect(error.status == .noPermission && error.sentence.contains("chown 0 \(file)"))
    }

    @Test func aFolderThatOthersCanWriteToIsRefused() {
        Disk.makeFolder(folder.file("open"))
        Disk.setMode(folder.file("open"), 0o777)
        #expect(throws: UserError.self) { try IdentityFile.create(folder.file("open/identity.key"), .random()) }
    }
}
