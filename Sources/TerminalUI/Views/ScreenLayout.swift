/// Where everything stands on a screen of a certain size.
///
/// Up to 69 columns the text has the whole width; up to 99 there is room for the members beside it, from 100 on also
/// for the list of chats. The text never gets less than 40 columns for a side bar's sake.
struct ScreenLayout: Equatable {
    static let least = Size(rows: 10, columns: 40)
    private static let inputLimit = 5

    let size: Size
    let chatsWidth: Int
    let membersWidth: Int
    let inputRows: Int
    /// The frame's lower line and the line of hints: left out where rows are few.
    let isRoomy: Bool

    init(_ size: Size, showsPanels: Bool, inputLines: Int) {
        self.size = size
        isRoomy = size.rows >= 14
        chatsWidth = showsPanels && size.columns >= 100 ? 16 : 0
        membersWidth = !showsPanels || size.columns < 70 ? 0 : size.columns < 100 ? 18 : 31
        inputRows = max(1, min(inputLines, Self.inputLimit, size.rows - 8))
    }

    static func fits(_ size: Size) -> Bool { size.rows >= least.rows && size.columns >= least.columns }

    // Rows from the top.
    var title: Int { 0 }
    var frame: Int { 1 }
    var transcriptTop: Int { 2 }
    var transcriptRows: Int { max(0, status - transcriptTop - (isRoomy ? 1 : 0)) }
    var lowerFrame: Int? { isRoomy ? status - 1 : nil }
    var status: Int { input - 1 }
    var input: Int { size.rows - inputRows - (isRoomy ? 1 : 0) }
    var hints: Int? { isRoomy ? size.rows - 1 : nil }

    // Columns from the left.
    var textLeft: Int { chatsWidth == 0 ? 0 : chatsWidth + 1 }
    var textRight: Int { membersWidth == 0 ? size.columns : size.columns - membersWidth - 1 }
    var textWidth: Int { textRight - textLeft }
    var membersLeft: Int { textRight + 1 }
}
