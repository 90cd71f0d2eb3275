import ChatKit
import Glibc
import MeshCore
import MeshCrypto

/// Lines on a descriptor, as a script gives passphrases.
final class PassphraseLines: Sendable {
    let source: PassphraseSource
    private let descriptor: Int32

    init(_ text: String) {
        var ends: [Int32] = [0, 0]
        precondition(unsafe pipe(&ends) == 0)
        let bytes = Array(text.utf8)
        precondition(unsafe write(ends[1], bytes, bytes.count) == bytes.count)
        close(ends[1])
        descriptor = ends[0]
        source = PassphraseSource(descriptor: ends[0])
    }

    deinit { close(descriptor) }
}

extension Scrypt.Cost {
    /// So cheap that a test can derive thousands of keys.
    static let cheap = Scrypt.Cost(iterations: 16, blockSize: 1, parallelism: 1)!
}

extension SecretBytes {
    convenience init(_ text: String) { self.init(copying: Array(text.utf8)) }
}

/// What a program said on the way.
final class Notices {
    var sentences: [String] = []
    func say(_ sentence: String) { sentences.append(sentence) }
}

func publicKey(_ seed: IdentitySeed) -> String { IdentityKey(seed: seed).publicKey.hex }
