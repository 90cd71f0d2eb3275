internal import GRDB
internal import MeshCore

/// Reads a damaged store around its damaged pages.
struct Salvage {
    let database: Database
    let sealer: RowSealer

    /// What the salvage has come to.
    struct Tally {
        var kept = 0
        /// Rows that do not open, and row numbers at which there was no page to read.
        var lost = 0
    }

    /// Gives `keep` every row that can be read and opened. From the front to the first damaged page, then from the end
    /// to the last one, then number by number in between.
    func rows(of table: StoreTable, into tally: inout Tally, keep: (SealedRow) throws -> Void) throws {
        var front: Int64 = .min
        let isWhole = try scan(table, "WHERE id >= ? ORDER BY id", [front], &tally, keep) { id in
            guard id >= front, id < .max else { return false }
            front = id + 1
            return true
        }
        if isWhole { return }
        var end: Int64 = .max
        _ = try scan(table, "WHERE id >= ? ORDER BY id DESC", [front], &tally, keep) { id in
            guard id < end, id >= front else { return false }
            end = id
            return true
        }
        try probe(table, max(front, 0)..<max(front, end, 0), &tally, keep)
    }

    /// Goes along rows as far as SQLite can and `isNext` finds their numbers in order. True when that was to the end.
    private func scan(
        _ table: StoreTable, _ clause: String, _ arguments: StatementArguments, _ tally: inout Tally,
        _ keep: (SealedRow) throws -> Void, isNext: (Int64) -> Bool
    ) throws -> Bool {
        var isInOrder = true
        do {
            try database.forEachRow(of: table, clause, arguments) { id, row in
                isInOrder = isNext(id)
                if isInOrder { try take(row, of: table, &tally, keep) }
                return isInOrder
            }
            return isInOrder
        } catch let error as DatabaseError where error.isDamage {
            return false
        }
    }

    /// Tries the numbers one by one, until there was nothing for long. Beyond the last row that is found nobody knows
    /// how many there were: that counts as one.
    private func probe(
        _ table: StoreTable, _ numbers: Range<Int64>, _ tally: inout Tally, _ keep: (SealedRow) throws -> Void
    ) throws {
        var (unreadable, misses) = (0, 0)
        for number in numbers {
            guard misses < StoreLimits.repairMisses else { break }
            misses += 1
            do {
                try database.forEachRow(of: table, "WHERE id = ?", [number]) { _, row in
                    try take(row, of: table, &tally, keep)
                    tally.lost += unreadable
                    (unreadable, misses) = (0, 0)
                    return false
                }
            } catch let error as DatabaseError where error.isDamage {
                unreadable += 1
            }
        }
        tally.lost += numbers.upperBound == .max ? min(unreadable, 1) : unreadable
    }

    private func take(
        _ row: SealedRow?, of table: StoreTable, _ tally: inout Tally, _ keep: (SealedRow) throws -> Void
    ) throws {
        guard let row, RowReader.canRead(row, of: table, with: sealer) else {
            tally.lost += 1
            return
        }
        do { try keep(row) } catch let error as DatabaseError { throw StoreError(error) }
        tally.kept += 1
    }
}
