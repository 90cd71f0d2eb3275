import ChatKit
import Mesh
import Testing

@testable import MeshCore

@Suite struct MemberLookupTests {
    private func member(_ byte: UInt8, _ nick: String?, _ state: MemberInfo.State = .online) -> MemberInfo {
        MemberInfo(id: key(byte), nick: nick, state: state, isSelf: byte == 1, invitedBy: nil, endpoint: nil)
    }

    private func key(_ byte: UInt8) -> NodeID { NodeID([UInt8](repeating: byte, count: 32))! }

    private var members: [MemberInfo] {
        [
            member(1, "alice"), member(2, "bob"), member(3, "charlie", .offline), member(4, "bob", .revoked),
            member(5, nil),
            member(6, "dora"), member(7, "dora", .invited), member(8, "gone", .revoked), member(9, "fallen", .void),
        ]
    }

    @Test func aNickOfOneMemberOrAWholeKeyFindsThem() throws {
        #expect(try MemberLookup.find("bob", among: members) == key(2))
        #expect(try MemberLookup.find("charlie", among: members) == key(3))
        let unknown = String(repeating: "ee", count: 32)
        #expect(try MemberLookup.find(unknown, among: members).hex == unknown)
    }

    @Test(arguments: [
        ("nobody", MachineCode.unknownMember, "no member is called nobody"),
        ("charly", .unknownMember, "did you mean \"charlie\"?"), ("dora", .ambiguousNick, "06060606, 07070707"),
        ("gone", .revoked, "gone was revoked"), ("0202020202", .badArgument, "a key has 64 hex digits"),
        (String(repeating: "ab", count: 31), .badArgument, "has 62 characters"),
    ])
    func otherwiseASentenceSaysWhy(text: String, code: MachineCode, part: String) {
        do throws(MemberLookup.Failure) {
            _ = try MemberLookup.find(text, among: members)
            Issue.record("\(text) was found")
        } catch {
            #expect(error.code == code)
            #expect(error.sentence.contains(part), "\(error.sentence)")
        }
    }

    @Test func aNameCarriesItsKeyWhereItWouldBeMistaken() {
        #expect(NickText.name(key(3), nick: "charlie", among: members) == "charlie")
        #expect(NickText.name(key(6), nick: "dora", among: members) == "dora~06060606")
        #expect(NickText.name(key(10), nick: "Аlice", among: members) == "Аlice~0a0a0a0a")
        #expect(NickText.name(key(5), nick: nil, among: members) == "05050505")
    }
}
