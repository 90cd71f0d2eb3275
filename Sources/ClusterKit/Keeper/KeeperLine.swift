internal import ChatKit

/// What goes over the keeper's socket: one step in, its words; lines and at last a status out.
enum KeeperLine {
    static func request(_ words: [String]) -> JSON {
        .object([.init("v", .integer(1)), .init("words", .array(words.map(JSON.string)))])
    }

    static func words(_ line: JSON) -> [String]? {
        guard let list = line["words"]?.array else { return nil }
        let words = list.compactMap(\.string)
        return words.count == list.count ? words : nil
    }

    static func output(_ line: String) -> JSON { .object([.init("line", .string(line))]) }

    static func end(_ status: ExitStatus, notices: [String] = []) -> JSON {
        .object([
            .init("status", .integer(Int64(status.rawValue))), .init("notices", .array(notices.map(JSON.string))),
        ])
    }
}
