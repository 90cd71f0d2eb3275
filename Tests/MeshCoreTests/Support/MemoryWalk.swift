import MeshCore
import MeshCrypto

/// Everything that can be reached from a value, private parts too: what a thief of a node's memory finds, and how
/// much a peer can make it keep. Reflection, because the machines rightly show neither.
enum MemoryWalk {
    /// All secrets, each once.
    static func secrets(in value: Any) -> [SecretBytes] {
        var found: [ObjectIdentifier: SecretBytes] = [:]
        walk(value) { if let secret = $0 as? SecretBytes { found[ObjectIdentifier(secret)] = secret } }
        return Array(found.values)
    }

    /// How many elements all collections have together.
    static func elements(in value: Any) -> Int {
        var count = 0
        walk(value) { part in
            let mirror = Mirror(reflecting: part)
            switch mirror.displayStyle {
            case .collection, .dictionary, .set: count += mirror.children.count
            default: break
            }
        }
        return count
    }

    /// Byte strings and keys have no inside that matters here.
    private static func walk(_ value: Any, _ visit: (Any) -> Void) {
        var work: [Any] = [value]
        var objects: Set<ObjectIdentifier> = []
        while let part = work.popLast() {
            if part is Bytes32 || part is Hash || part is NodeID || part is [UInt8] || part is String { continue }
            let mirror = Mirror(reflecting: part)
            if mirror.displayStyle == .class, !objects.insert(ObjectIdentifier(part as AnyObject)).inserted { continue }
            visit(part)
            if part is SecretBytes { continue }
            work += mirror.children.map(\.value)
        }
    }
}
