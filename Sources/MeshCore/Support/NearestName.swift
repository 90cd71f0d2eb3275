/// Finds what somebody probably meant.
package enum NearestName {
    /// The candidate with the smallest edit distance to `name`, if it is near enough to be a typing mistake:
    /// at most 1 edit for short names, 2 from five letters on, 3 from nine on.
    package static func of(_ name: String, among candidates: [String]) -> String? {
        let limit = name.count < 5 ? 1 : name.count < 9 ? 2 : 3
        return
            candidates
            .map { (name: $0, distance: distance(name.lowercased(), $0.lowercased())) }
            .filter { $0.distance <= limit }
            .min { ($0.distance, $0.name) < ($1.distance, $1.name) }?.name
    }

    /// Optimal string alignment: insertions, deletions, substitutions and swaps of neighbours cost 1 each.
    private static func distance(_ left: String, _ right: String) -> Int {
        // Nothing that long is a misspelt command, and the work grows with the product of both lengths.
        let (left, right) = (Array(left.prefix(64)), Array(right.prefix(64)))
        var beforeLast: [Int] = []
        var last = Array(0...right.count)
        for row in left.indices {
            var current = [row + 1]
            for column in right.indices {
                let isEqual = left[row] == right[column]
                var best = min(last[column] + (isEqual ? 0 : 1), last[column + 1] + 1, current[column] + 1)
                if row > 0, column > 0, left[row] == right[column - 1], left[row - 1] == right[column] {
                    best = min(best, beforeLast[column - 1] + 1)
                }
                current.append(best)
            }
            (beforeLast, last) = (last, current)
        }
        return last[right.count]
    }

    /// `; did you mean "x"?` or nothing.
    package static func hint(for name: String, among candidates: [String]) -> String {
        of(name, among: candidates).map { "; did you mean \"\($0)\"?" } ?? ""
    }
}
