/// Which nodes a step is about: `all`, or names like `node1,node4..6`. Nodes are called `node1` to `nodeN`.
package enum NodeSelection: Equatable, Sendable, CustomStringConvertible {
    /// All that the cluster has at that moment.
    case all
    /// Ascending, without repetitions, not empty.
    case these([Int])

    static let prefix = "node"
    /// More are a mistake: of a hundred on two cores nothing works any more.
    static let limit = 256

    package static func name(_ number: Int) -> String { "\(prefix)\(number)" }

    /// Nil when it names no nodes.
    package init?(_ text: String) {
        if text == "all" {
            self = .all
            return
        }
        var numbers: Set<Int> = []
        for part in text.split(separator: ",", omittingEmptySubsequences: false) {
            guard let range = Self.range(String(part)) else { return nil }
            numbers.formUnion(range)
        }
        guard !numbers.isEmpty else { return nil }
        self = .these(numbers.sorted())
    }

    /// `node3`, `node3..node5` or `node3..5`.
    private static func range(_ text: String) -> ClosedRange<Int>? {
        guard let dots = text.firstRange(of: "..") else { return number(text).map { $0...$0 } }
        let last = text[dots.upperBound...]
        guard let first = number(text[..<dots.lowerBound]), let end = number(last) ?? number(prefix + last),
            first <= end
        else { return nil }
        return first...end
    }

    /// The number in a node's name.
    package static func number(_ name: some StringProtocol) -> Int? {
        guard name.hasPrefix(prefix), let number = Int(name.dropFirst(prefix.count)), (1...limit).contains(number),
            name.dropFirst(prefix.count).first?.isNumber == true
        else { return nil }
        return number
    }

    /// What to say of one that is not there.
    static func missing(_ number: Int, among all: [Int]) -> String {
        "there is no \(name(number)); there are \(text(all))"
    }

    package var description: String {
        switch self {
        case .all: "all"
        case .these(let numbers): Self.text(numbers)
        }
    }

    /// The shortest way to write them.
    package static func text(_ numbers: [Int]) -> String {
        var parts: [String] = []
        var index = numbers.startIndex
        while index < numbers.endIndex {
            var last = index
            while last + 1 < numbers.endIndex, numbers[last + 1] == numbers[last] + 1 { last += 1 }
            let first = name(numbers[index])
            parts.append(
                last == index
                    ? first : last == index + 1 ? "\(first),\(name(numbers[last]))" : "\(first)..\(numbers[last])")
            index = last + 1
        }
        return parts.joined(separator: ",")
    }
}
