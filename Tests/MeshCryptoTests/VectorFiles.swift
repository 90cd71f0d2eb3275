import Foundation
import MeshCore
import Testing

/// The published test vectors, which lie outside the repository: in the folder named by `MESH_VECTORS`, or in
/// `../shared/vectors` beside the package.
///
/// Where they are absent the tests that need them are skipped and say so; under continuous integration (`CI` is
/// set) they fail instead.
enum VectorFiles {
    static let folder: URL = {
        if let path = ProcessInfo.processInfo.environment["MESH_VECTORS"] { return URL(fileURLWithPath: path) }
        return package.appending(path: "../shared/vectors").standardizedFileURL
    }()

    /// The folder of Package.swift.
    static let package = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appending(path: "../..")
        .standardizedFileURL

    static let arePresent = FileManager.default.fileExists(atPath: folder.appending(path: "SHA256SUMS").path)
    static let areRequired = ProcessInfo.processInfo.environment["CI"] != nil
    static let absence: Comment = "NO TEST VECTORS: set MESH_VECTORS to the folder that holds wycheproof, hpke, rfc8032"

    static func text(_ path: String) throws -> String {
        String(decoding: try Data(contentsOf: folder.appending(path: path)), as: UTF8.self)
    }

    static func decode<Content: Decodable>(_ path: String, as type: Content.Type = Content.self) throws -> Content {
        try JSONDecoder().decode(Content.self, from: Data(contentsOf: folder.appending(path: path)))
    }
}

extension Trait where Self == ConditionTrait {
    /// For tests that read ``VectorFiles``.
    static var needsVectors: ConditionTrait {
        .enabled(if: VectorFiles.arePresent || VectorFiles.areRequired, VectorFiles.absence)
    }
}

@Test func theVectorFilesAreThereOrTheirAbsenceIsSaid() {
    if VectorFiles.areRequired {
        #expect(VectorFiles.arePresent, VectorFiles.absence)
    } else if !VectorFiles.arePresent {
        print("\n*** \(VectorFiles.absence) ***\n")
    }
}

/// Wycheproof's shape: groups of cases that say `valid`, `invalid` or `acceptable`.
struct WycheproofFile<Group: Decodable>: Decodable {
    let numberOfTests: Int
    let testGroups: [Group]
}

enum WycheproofResult: String, Decodable {
    case valid, invalid, acceptable
}

/// Bytes that JSON writes as hex.
struct HexBytes: Decodable {
    let bytes: [UInt8]

    init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        guard let bytes = Hex.decode(try container.decode(String.self)) else {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: "not hex")
        }
        self.bytes = bytes
    }
}

/// Hex typed into a test; spaces and line breaks are for the reader.
func bytes(_ hex: String) throws -> [UInt8] {
    try #require(Hex.decode(hex.filter { !$0.isWhitespace }), "not hex: \(hex)")
}
