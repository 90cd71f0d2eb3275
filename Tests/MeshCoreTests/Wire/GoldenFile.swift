import Glibc

/// Reads the text files in the folder Golden, which Tests/Interop makes.
enum GoldenFile {
    struct Unreadable: Error { let path: String }

    /// The lines that are neither empty nor comments.
    static func lines(_ name: String) throws -> [String] {
        let tests = #filePath.split(separator: "/", omittingEmptySubsequences: false).dropLast(2).joined(separator: "/")
        let text = try text(atPath: "\(tests)/Golden/\(name)")
        return text.split(separator: "\n").map(String.init).filter { !$0.hasPrefix("#") }
    }

    static func text(atPath path: String) throws -> String {
        guard let file = unsafe fopen(path, "r") else { throw Unreadable(path: path) }
        // The stream was just opened here and is closed once.
        defer { unsafe fclose(file) }
        var bytes: [UInt8] = []
        var part = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = unsafe fread(&part, 1, part.count, file)
            if count == 0 { break }
            bytes += part[..<count]
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
