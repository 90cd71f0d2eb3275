extension RandomAccessCollection where Index == Int {
    /// First index at which `isBeyond` holds, in a collection where it holds from some index on; else the end.
    func partitioningIndex(where isBeyond: (Element) -> Bool) -> Int {
        var (low, high) = (startIndex, endIndex)
        while low < high {
            let middle = low + (high - low) / 2
            if isBeyond(self[middle]) { high = middle } else { low = middle + 1 }
        }
        return low
    }
}
