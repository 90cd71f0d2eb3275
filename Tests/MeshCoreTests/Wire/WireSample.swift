import MeshCore
import Testing

/// One value of the wire format with its name in Golden/wire.txt.
struct WireSample: Sendable {
    let name: String
    let bytes: [UInt8]
    /// Decodes all of the bytes and encodes the result again; throws what the decoder throws.
    let recode: @Sendable ([UInt8]) throws(WireError) -> [UInt8]
    /// Do the bytes decode to the very value of this sample?
    let isDecoded: @Sendable ([UInt8]) -> Bool

    init<Value: WireValue & Equatable & Sendable>(_ name: String, _ value: Value) {
        self.name = name
        bytes = value.encoded()
        recode = { bytes throws(WireError) in try Value(decoding: bytes).encoded() }
        isDecoded = { bytes in (try? Value(decoding: bytes)) == value }
    }

    /// The body of a signed object.
    init<Content: SignedContent & Equatable>(body name: String, _ content: Content) {
        self.name = name
        bytes = content.body()
        recode = { bytes throws(WireError) in try Content(body: bytes).body() }
        isDecoded = { bytes in (try? Content(body: bytes)) == content }
    }
}

extension WireSample: CustomTestStringConvertible {
    var testDescription: String { name }
}
