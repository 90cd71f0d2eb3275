import ChatKit
import Glibc
import MeshCore
import MeshCrypto
import Testing

@Suite struct SealedIdentityTests {
    private let secrets = IdentitySecrets(
        seed: IdentitySeed(bytes: [UInt8](0..<32))!, storeKey: SecretBytes(copying: [UInt8](32..<64)),
        created: 1_800_000_000)
    private let passphrase = SecretBytes("correct horse")

    private func seal() throws -> SealedIdentity {
        SealedIdentity(secrets, with: try #require(SealingKey(passphrase, cost: .cheap)))
    }

    private func open(_ file: [UInt8], _ passphrase: SecretBytes) throws -> IdentitySecrets? {
        let sealed = try SealedIdentity(file: file)
        return sealed.open(with: try #require(sealed.key(for: passphrase)))
    }

    private func expectOurs(_ opened: IdentitySecrets?) throws {
        let opened = try #require(opened)
        #expect(publicKey(opened.seed) == publicKey(secrets.seed))
        #expect(opened.storeKey?.equals(secrets.storeKey!) == true && opened.created == secrets.created)
    }

    /// Both files are from another implementation: Python's hashlib.scrypt and cryptography's ChaCha20Poly1305.
    @Test(arguments: [
        """
        MESHID2
        ARAAAAAIAAAAAQAAAGBhYmNkZWZnaGlqa2xtbm9wcXJzdHV2d3h5ent8fX5/oKGi
        o6Slpqeoqaqr6VSB+AYHKzlDpuV74/p9GfKWaG2X1BP5MIJRVCONcdrf5vZk/wad
        7pzGTJwScyTBlsurm4qbLa8AL0sRRooRgqdbWUS46f7860Za7ijnxTgZkZHteL2L
        ig==

        """,
        """
        MESHID2
        AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAoKGi
        o6SlpqeoqaqreNqV65Qw/RrPtyVJyKBCN0kaesQm9HJKoZJUd4iTZsCHEtejltzv
        74VwrD7DvEy9x8op6ubd4xakuW3IYZcj2gcnQfA7id3DNGOJukQfKqvbueWD8zeB
        mA==

        """,
    ])
    func readsWhatAnotherImplementationWrote(file: String) throws {
        try expectOurs(try open(Array(file.utf8), passphrase))
        #expect(try SealedIdentity(file: Array(file.utf8)).file == Array(file.utf8))
    }

    @Test func comesBackWholeAndNoTwoFilesAreAlike() throws {
        let (first, second) = (try seal(), try seal())
        try expectOurs(try open(first.file, passphrase))
        #expect(first.file.count == SealedIdentity.fileCount && first.needsPassphrase)
        #expect(first.file != second.file)
        #expect(first.file.starts(with: Array("MESHID2\n".utf8)))
    }

    @Test func newContentUnderTheSameKeyHasANonceOfItsOwn() throws {
        let key = try #require(SealingKey(passphrase, cost: .cheap))
        let (first, second) = (SealedIdentity(secrets, with: key).file, SealedIdentity(secrets, with: key).file)
        #expect(first != second)
        try expectOurs(try open(second, passphrase))
    }

    @Test func anotherPassphraseOpensNothing() throws {
        for other in ["", "correct hors", "correct horse ", "Correct horse"] {
            #expect(try open(seal().file, SecretBytes(other)) == nil)
        }
    }

    @Test func everyTruncationAndEveryExtensionIsRefused() throws {
        let file = try seal().file
        for count in 0..<file.count {
            #expect(throws: SealedIdentity.Refusal.damaged) { try SealedIdentity(file: Array(file.prefix(count))) }
        }
        for more in [[0], [10], Array("A".utf8), file] {
            #expect(throws: SealedIdentity.Refusal.damaged) { try SealedIdentity(file: file + more) }
        }
    }

    @Test func everySingleBitCounts() throws {
        let file = try seal().file
        for position in file.indices {
            for bit in 0..<8 {
                var changed = file
                changed[position] ^= 1 << UInt8(bit)
                let opened = try? open(changed, passphrase)
                #expect(opened == nil, "byte \(position), bit \(bit)")
            }
        }
    }

    /// Only the header differs from a good file. None of them may take memory or time.
    @Test(arguments: [
        (0 as UInt32, 8 as UInt32, 1 as UInt32), (1, 8, 1), (15, 8, 1), (1 << 21, 8, 1), (1 << 31, 8, 1), (.max, 8, 1),
        (16, 0, 1), (16, 17, 1), (16, .max, 1), (16, 8, 0), (16, 8, 5), (16, 8, .max), (1 << 20, 16, 4),
        (.max, .max, .max),
    ])
    func aHeaderThatAsksForTooMuchIsRefusedBeforeAnyWork(n: UInt32, r: UInt32, p: UInt32) throws {
        let numbers = [n, r, p].flatMap { number in (0..<4).map { UInt8(truncatingIfNeeded: number >> UInt32(8 * $0)) }
        }
        let file = try withHeader(kind: 1, numbers)
        let start = ContinuousClock.now
        #expect(throws: SealedIdentity.Refusal.tooDear) { try SealedIdentity(file: file) }
        #expect(ContinuousClock.now - start < .seconds(1))
    }

    @Test func anUnknownKindAndNumbersThatMeanNothingAreRefused() throws {
        for kind in [2, 3, 255] as [UInt8] {
            let file = try withHeader(kind: kind, [16, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0])
            #expect(throws: SealedIdentity.Refusal.damaged) { try SealedIdentity(file: file) }
        }
        let file = try withHeader(kind: 0, [16, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0])
        #expect(throws: SealedIdentity.Refusal.damaged) { try SealedIdentity(file: file) }
    }

    /// A good file with another kind and other numbers.
    private func withHeader(kind: UInt8, _ numbers: [UInt8]) throws -> [UInt8] {
        let text = String(decoding: try seal().file.dropFirst(8).filter { $0 != 10 }, as: UTF8.self)
        var body = try #require(Base64.decode(text))
        body.replaceSubrange(0..<13, with: [kind] + numbers)
        let digits = Array(Base64.encode(body).utf8)
        return stride(from: 0, to: digits.count, by: 64).reduce(Array("MESHID2\n".utf8)) { file, start in
            file + digits[start..<min(start + 64, digits.count)] + [10]
        }
    }

    @Test func anotherSpellingOfTheSameBytesIsRefused() throws {
        let file = try seal().file
        var windows = String(decoding: file, as: UTF8.self).split(separator: "\n").joined(separator: "\r\n")
        windows += "\r\n"
        let oneLine = String(decoding: file, as: UTF8.self).split(separator: "\n").dropFirst().joined()
        for text in [windows, "MESHID2\n\n\n\n" + oneLine, "MESHID2\n" + oneLine + "\n\n\n\n"] {
            #expect(throws: SealedIdentity.Refusal.damaged) { try SealedIdentity(file: Array(text.utf8)) }
        }
    }

    /// Processor time of this thread, so that a busy machine does not count.
    @Test func aWrongPassphraseCostsAsMuchAsARightOne() throws {
        let cost = try #require(Scrypt.Cost(iterations: 1 << 14, blockSize: 8, parallelism: 1))
        let sealed = SealedIdentity(secrets, with: try #require(SealingKey(passphrase, cost: cost)))
        func time(_ passphrase: SecretBytes) throws -> Double {
            var (start, end) = (timespec(), timespec())
            unsafe clock_gettime(CLOCK_THREAD_CPUTIME_ID, &start)
            let key = try #require(sealed.key(for: passphrase))
            _ = sealed.open(with: key)
            unsafe clock_gettime(CLOCK_THREAD_CPUTIME_ID, &end)
            return Double(end.tv_sec - start.tv_sec) * 1e9 + Double(end.tv_nsec - start.tv_nsec)
        }
        let wrong = SecretBytes("wrong")
        let times = try (0..<5).map { _ in (try time(passphrase), try time(wrong)) }
        let (right, other) = (times.map(\.0).min()!, times.map(\.1).min()!)
        #expect(other > right / 2 && other < right * 2, "\(right) and \(other) ns")
    }
}

@Suite struct SealedIdentityFileTests {
    private let folder = TemporaryFolder()
    private var path: String { folder.file("identity.key") }

    private func sealed() -> SealedIdentity {
        SealedIdentity(
            IdentitySecrets(seed: .random(), storeKey: nil, created: 1),
            with: SealingKey(SecretBytes("pass"), cost: .cheap)!)
    }

    private func refusal() -> UserError? {
        do throws(UserError) {
            _ = try IdentityFile.read(path)
            return nil
        } catch {
            return error
        }
    }

    @Test func everyTruncationOnDiskIsRefusedWithASentence() throws {
        let file = sealed().file
        for count in 0..<file.count {
            Disk.write(path, Array(file.prefix(count)))
            let error = try #require(refusal(), "\(count)")
            #expect(error.status == .noPermission && error.sentence.contains("\(count) bytes"))
            #expect(Disk.read(path).count == count, "left alone")
        }
    }

    @Test func damageAndAbsurdCostsAreNamed() throws {
        var file = sealed().file
        file[20] = UInt8(ascii: "!")
        Disk.write(path, file)
        #expect(refusal()?.status == .badData && refusal()?.sentence.contains("damaged") == true)
        Disk.write(path, [UInt8](repeating: 65, count: SealedIdentity.fileCount))
        #expect(refusal()?.status == .badData)
        // The third to fifth bytes of N become ones.
        file = sealed().file
        file.replaceSubrange(9..<13, with: Array("////".utf8))
        Disk.write(path, file)
        #expect(refusal()?.status == .badData)
    }

    @Test(arguments: [0o644, 0o640, 0o604, 0o666] as [mode_t])
    func itsPermissionsMatterAsMuchAsThoseOfARawIdentity(mode: mode_t) throws {
        Disk.write(path, sealed().file, mode: mode)
        let error = try #require(refusal())
        #expect(error.status == .noPermission && error.sentence.contains("chmod 600 \(path)"))
    }
}
