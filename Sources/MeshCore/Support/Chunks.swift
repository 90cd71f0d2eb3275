// Long lists, cut to the size of frames.
extension Array {
    /// Cut into runs of at most `countLimit` elements and about `limit` bytes, never empty.
    func chunked(bySize limit: Int, countLimit: Int, size: (Element) -> Int) -> [[Element]] {
        var chunks: [[Element]] = []
        var room = 0
        for element in self {
            if chunks.isEmpty || room < size(element) || (chunks.last?.count ?? 0) >= countLimit {
                chunks.append([])
                room = limit
            }
            chunks[chunks.count - 1].append(element)
            room -= size(element)
        }
        return chunks
    }
}

extension ArraySlice {
    /// The longest beginning whose sizes sum up to at most `limit`, but at least one element.
    func prefixBySize(_ limit: Int, size: (Element) -> Int) -> [Element] {
        var room = limit
        var result: [Element] = []
        for element in self {
            room -= size(element)
            if room < 0, !result.isEmpty { break }
            result.append(element)
        }
        return result
    }
}
