import Foundation
import Glibc
import MeshCore
import MeshCrypto
import Testing

@Suite struct SecretTests {
    /// What a log or a debugger's dump would show of a value.
    private func texts(of value: Any) -> String {
        var dumped = ""
        dump(value, to: &dumped)
        return "\(value) \(String(reflecting: value)) \(dumped)"
    }

    @Test func nothingPrintsASecret() throws {
        let value = try bytes("53454352455453454352455453454352455453454352455453454352455421aa")
        let seed = try #require(IdentitySeed(bytes: value))
        for secret in [seed, SecretBytes(copying: value)] as [Any] {
            for holder in [secret, [secret], ["key": secret], Optional(secret) as Any] {
                let shown = texts(of: holder).lowercased()
                #expect(!shown.contains("secretsecret"))
                #expect(!shown.contains("534543"))
                #expect(!shown.contains("83, 69"))
                #expect(!shown.contains("0x"), "an address helps whoever reads memory")
            }
            #expect(Mirror(reflecting: secret).children.isEmpty)
        }
    }

    @Test func secretsCompareByTheirBytes() throws {
        let value = RandomBytes.make(32)
        let one = SecretBytes(copying: value)
        #expect(one.equals(SecretBytes(copying: value)))
        #expect(!one.equals(SecretBytes(copying: value.dropLast())))
        #expect(!one.equals(.random(count: 32)))
        #expect(SecretBytes(copying: []).equals(SecretBytes(copying: [])))
    }

    @Test func aSecretLiesOnceInProtectedMemoryAndIsGoneWithItsLastReference() throws {
        let value = RandomBytes.make(32)
        var secret: SecretBytes? = SecretBytes(copying: value)
        #expect(secret?.count == 32)
        #expect(try ProtectedMemory.occurrences(of: value) == 1)
        secret = nil
        #expect(try ProtectedMemory.occurrences(of: value) == 0)
    }

    @Test func theHeapIsLockedWhenTheLimitAllowsIt() throws {
        var limit = rlimit()
        unsafe getrlimit(__rlimit_resource_t(8), &limit)  // RLIMIT_MEMLOCK on Linux
        let secret = SecretBytes.random(count: 32)
        if limit.rlim_cur >= 8 << 20 {
            #expect(try ProtectedMemory.mappings().contains { $0.isLocked })
        }
        #expect(secret.count == 32)
    }

    /// More than the heap holds: the rest lies on pages of its own, protected in the same way.
    @Test func secretsOutgrowTheHeap() throws {
        let large = (0..<5).map { _ in SecretBytes.random(count: 1 << 20) }
        let value = RandomBytes.make(32)
        let small = SecretBytes(copying: value)
        #expect(try ProtectedMemory.occurrences(of: value) == 1)
        #expect(small.equals(SecretBytes(copying: value)))
        for (index, secret) in large.enumerated() {
            #expect(large[(index + 1)...].allSatisfy { !$0.equals(secret) })
        }
        // OpenSSL still finds room for its own keys.
        #expect(KeyAcceptance.isAcceptable(IdentityKey(seed: .random()).publicKey))
    }

    /// Linux grants a process 65,530 mappings. A hundred nodes in one process held more secrets, and it trapped.
    @Test func thereMayBeMoreSecretsThanMappings() throws {
        let value = RandomBytes.make(32)
        var secrets = (0..<180_000).map { _ in SecretBytes(copying: value) }
        #expect(secrets.allSatisfy { $0.equals(secrets[0]) })
        let last = RandomBytes.make(32)
        secrets.append(SecretBytes(copying: last))
        #expect(try ProtectedMemory.occurrences(of: last) == 1)
        secrets = []
        #expect(try ProtectedMemory.occurrences(of: last) == 0)
        #expect(try ProtectedMemory.occurrences(of: value) == 0)
    }

    @Test func aSeedGoesThroughADescriptorUnchanged() throws {
        let seed = IdentitySeed.random()
        let copy = try throughPipe { try seed.write(to: $0) }
        #expect(IdentityKey(seed: copy).publicKey == IdentityKey(seed: seed).publicKey)
    }

    @Test(arguments: [0, 1, 31, 33, 64]) func aFileOfAnotherLengthIsNoSeed(length: Int) throws {
        #expect(throws: SecretFileError.wrongLength) {
            try throughPipe { descriptor in
                let bytes = [UInt8](repeating: 7, count: length)
                #expect(unsafe Glibc.write(descriptor, bytes, length) == length)
            }
        }
        #expect(IdentitySeed(bytes: [UInt8](repeating: 7, count: length)) == nil)
    }

    @Test func aBadDescriptorSaysWhatTheSystemSays() {
        #expect(throws: SecretFileError.system(errno: EBADF)) { try IdentitySeed.read(from: -1) }
        #expect(throws: SecretFileError.system(errno: EBADF)) { try IdentitySeed.random().write(to: -1) }
    }

    private func throughPipe(_ write: (CInt) throws -> Void) throws -> IdentitySeed {
        var ends: [CInt] = [0, 0]
        try #require(unsafe pipe(&ends) == 0)
        defer { close(ends[0]) }
        do {
            defer { close(ends[1]) }
            try write(ends[1])
        }
        return try IdentitySeed.read(from: ends[0])
    }
}

/// The memory of this process that the kernel leaves out of core dumps, as /proc shows it.
private enum ProtectedMemory {
    struct Mapping {
        let range: Range<UInt64>
        let isLocked: Bool
    }

    static func mappings() throws -> [Mapping] {
        var found: [Mapping] = []
        var range: Range<UInt64>?
        // Foundation's `String(contentsOfFile:)` stops after the first page of such a file.
        let file = try FileHandle(forReadingFrom: URL(fileURLWithPath: "/proc/self/smaps"))
        for line in String(decoding: try file.readToEnd() ?? Data(), as: UTF8.self).split(separator: "\n") {
            let words = line.split(separator: " ")
            let ends = words[0].split(separator: "-").compactMap { UInt64($0, radix: 16) }
            if ends.count == 2 {
                // Guard pages cannot be read.
                range = words[1].hasPrefix("rw") ? ends[0]..<ends[1] : nil
            } else if words[0] == "VmFlags:", let range, words.contains("dd") {
                found.append(Mapping(range: range, isLocked: words.contains("lo")))
            }
        }
        return found
    }

    /// Page by page, since other tests give pages back meanwhile; secrets are aligned and cross no page.
    static func occurrences(of value: [UInt8]) throws -> Int {
        let memory = unsafe open("/proc/self/mem", O_RDONLY)
        try #require(memory >= 0)
        defer { close(memory) }
        var count = 0
        let needle = Data(value)
        var page = [UInt8](repeating: 0, count: 4096)
        for mapping in try mappings() {
            for address in stride(from: mapping.range.lowerBound, to: mapping.range.upperBound, by: page.count) {
                // Reason for unsafe: the kernel copies at most as much as the array holds.
                guard unsafe pread(memory, &page, page.count, off_t(address)) == page.count else { continue }
                count += Data(page).firstRange(of: needle) == nil ? 0 : 1
            }
        }
        return count
    }
}
