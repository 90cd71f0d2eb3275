import MeshCore
import Testing

@Suite struct PaddingTests {
    private static let buckets = [128, 256, 512, 1_024, 2_048, 4_096, 8_192, 16_384, 32_768, 65_536]

    @Test(arguments: buckets)
    func lengthsAroundABucketComeBackAndTakeTheSmallestBucket(bucket: Int) throws {
        for count in [bucket - 6, bucket - 5, bucket - 4, bucket - 3] {
            let content = (0..<count).map { UInt8(truncatingIfNeeded: $0) }
            guard let padded = Padding.pad(content) else {
                #expect(bucket == 65_536 && count == bucket - 3)
                continue
            }
            #expect(padded.count == (count <= bucket - 4 ? bucket : bucket * 2))
            #expect(Padding.unpad(padded) == content)
        }
    }

    @Test func theEmptyContentFillsTheSmallestBucket() {
        #expect(Padding.pad([]) == Array(repeating: 0, count: 128))
        #expect(Padding.unpad(Array(repeating: 0, count: 128)) == [])
    }

    @Test func aBucketThatIsNotTheSmallestIsRefused() {
        let padded = Padding.pad([1, 2, 3])! + Array(repeating: 0, count: 128)
        #expect(Padding.unpad(padded) == nil)
    }

    @Test func anyOtherLengthIsRefused() {
        for count in Array(0..<128) + [129, 255, 257, 384, 65_537, 131_072] {
            #expect(Padding.unpad(Array(repeating: 0, count: count)) == nil, "\(count)")
        }
    }

    @Test func paddingThatIsNotZeroIsRefusedAtEveryByte() {
        let padded = Padding.pad([9, 9])!
        for index in 6..<128 {
            var changed = padded
            changed[index] = 1
            #expect(Padding.unpad(changed) == nil, "\(index)")
        }
    }

    @Test func aLengthBeyondTheBucketIsRefused() {
        for length: [UInt8] in [[125, 0, 0, 0], [255, 255, 255, 255], [0, 0, 0, 128], [0, 1, 0, 0]] {
            #expect(Padding.unpad(length + Array(repeating: 0, count: 124)) == nil)
        }
    }
}
