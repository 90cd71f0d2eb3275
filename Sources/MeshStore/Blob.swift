internal import GRDB

// GRDB speaks of bytes in Foundation's type only; nothing else of Foundation is used.
internal import struct Foundation.Data

/// Bytes as a value that GRDB takes.
struct Blob: DatabaseValueConvertible {
    let bytes: [UInt8]

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    var databaseValue: DatabaseValue { Data(bytes).databaseValue }

    static func fromDatabaseValue(_ value: DatabaseValue) -> Blob? {
        guard case .blob(let data) = value.storage else { return nil }
        return Blob([UInt8](data))
    }
}

/// Reading a row without trust: a damaged page may hold a value of any type in any column, at which GRDB's own
/// conversions stop the program.
extension Row {
    func bytes(_ column: Int) -> [UInt8]? { Blob.fromDatabaseValue(self[column])?.bytes }

    func integer(_ column: Int) -> Int64? {
        guard case .int64(let value) = (self[column] as DatabaseValue).storage else { return nil }
        return value
    }

    func text(_ column: Int) -> String? {
        guard case .string(let value) = (self[column] as DatabaseValue).storage else { return nil }
        return value
    }
}
