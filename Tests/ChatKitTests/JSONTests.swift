import ChatKit
import Testing

@Suite struct JSONTests {
    @Test(arguments: [
        ("null", JSON.null), ("true", .bool(true)), (" false ", .bool(false)), ("0", .integer(0)),
        ("-12", .integer(-12)),
        ("9223372036854775807", .integer(.max)), ("1.5", .number(1.5)), ("-2e3", .number(-2000)), ("\"\"", .string("")),
        ("\"a\\n\\\"\\\\\\/\\u00e9\\ud83d\\ude00\"", .string("a\n\"\\/é😀")), ("[]", .array([])),
        ("[1, [2]]", .array([.integer(1), .array([.integer(2)])])), ("{}", .object([])),
        ("{\"a\":{\"b\":1},\"c\":null}", .object([.init("a", .object([.init("b", .integer(1))])), .init("c", .null)])),
    ])
    func validTextGivesItsValue(text: String, value: JSON) throws {
        #expect(try JSONParser.parse(text.utf8) == value)
    }

    @Test(arguments: [
        "", " ", "nul", "tru", "01", "-", "1.", ".5", "1e", "+1", "0x1", "\"", "\"\\x\"", "\"\\u12\"", "\"\\u+123\"",
        "\"\\ud800\"", "\"\\ud800\\u0041\"", "\"\\udc00\"", "\"\u{1}\"", "[", "[1", "[1,]", "[,]", "[1 2]", "{",
        "{\"a\"}",
        "{\"a\":}", "{\"a\":1,}", "{a:1}", "{\"a\":1 \"b\":2}", "1 2", "{} x", "NaN", "1e999", "'a'", "// x",
    ])
    func invalidTextIsRefused(text: String) {
        #expect(throws: JSONParser.Failure.self) { try JSONParser.parse(text.utf8) }
    }

    @Test func deepNestingAndBadUTF8AreRefused() {
        #expect(throws: JSONParser.Failure.self) { try JSONParser.parse([UInt8](repeating: 0x5B, count: 200_000)) }
        #expect(throws: JSONParser.Failure.self) { try JSONParser.parse([0x22, 0xFF, 0x22]) }
        #expect(throws: JSONParser.Failure.self) { try JSONParser.parse([0x22, 0xED, 0xA0, 0x80, 0x22]) }
    }

    @Test func whatIsWrittenReadsBackAndStaysOnOneLine() throws {
        let value = JSON.object([
            .init("text", .string("a\nb\r\t\u{1B}[31m\u{9B}\u{7F}\u{2028}\"\\é👍")),
            .init("list", .array([.integer(-1), .null])),
            .init("number", .number(0.25)), .init("flag", .bool(true)),
        ])
        let line = value.line
        #expect(try JSONParser.parse(line.utf8) == value)
        #expect(line.unicodeScalars.allSatisfy { !$0.properties.generalCategory.isControl })
        #expect(JSON.number(.nan).line == "null")
    }

    @Test func truncatedAndMutatedTextNeverTraps() {
        let text = Array("{\"v\":1,\"cmd\":\"dm\",\"to\":\"b\\u00e9\",\"n\":[1.5e2,null,{\"x\":false}]}".utf8)
        for end in text.indices { _ = try? JSONParser.parse(text[..<end]) }
        var generator = SystemRandomNumberGenerator()
        for _ in 0..<20_000 {
            var mutated = text
            for _ in 0..<3 { mutated[Int.random(in: text.indices, using: &generator)] = UInt8.random(in: 0...255) }
            _ = try? JSONParser.parse(mutated)
        }
    }
}

extension Unicode.GeneralCategory {
    fileprivate var isControl: Bool { self == .control || self == .lineSeparator || self == .paragraphSeparator }
}

@Suite struct Base64Tests {
    /// RFC 4648, section 10.
    @Test(arguments: [
        ("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="), ("fooba", "Zm9vYmE="),
        ("foobar", "Zm9vYmFy"),
    ])
    func theVectorsOfTheStandardHold(plain: String, encoded: String) {
        #expect(Base64.encode(Array(plain.utf8)) == encoded)
        #expect(Base64.decode(encoded) == Array(plain.utf8))
    }

    @Test func allBytesComeBack() {
        for count in 0..<70 {
            let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 * 37 + count) }
            #expect(Base64.decode(Base64.encode(bytes)) == bytes)
        }
    }

    @Test(arguments: ["Zg", "Zg=", "Zg===", "=", "====", "Zh==", "Zm9=", "Zm 9v", "Zm9v\n", "Z@9v", "Zg==Zg==", "Zm-_"])
    func whatIsNotCanonicalIsRefused(text: String) {
        #expect(Base64.decode(text) == nil)
    }
}
