#include "core/base/error.h"
#include "core/base/half.h"
#include "core/base/random.h"
#include "core/tensor/packed_layout.h"
#include "core/tensor/tensor.h"
#include "tests/test_data.h"

#include <cstring>

using namespace paretoscope;

class TensorTest : public QObject {
    Q_OBJECT

private slots:
    void dtypeTableIsConsistent()
    {
        for (const DTypeTraits& row : allDTypes()) {
            QCOMPARE(&traits(row.dtype), &row);
            QCOMPARE(*dtypeFromName(row.name), row.dtype);
        }
        QVERIFY(!dtypeFromName("F17"));
    }

    void impossibleShapesAreRefused()
    {
        const Shape huge{int64_t{1} << 40, int64_t{1} << 40};
        PARETOSCOPE_EXPECT_ERROR(elementCount(huge), "is not possible");
        const Shape negative{3, -1};
        PARETOSCOPE_EXPECT_ERROR(elementCount(negative), "[3, -1] is not possible");
        const Shape large{int64_t{1} << 62};
        PARETOSCOPE_EXPECT_ERROR(elementCount(large, 4), "is too large");
        QCOMPARE(elementCount(Shape{}), 1);
        QCOMPARE(elementCount(Shape{5, 0}), 0);
    }

    void unalignedBytesAreRead()
    {
        auto owner = std::make_shared<std::vector<std::byte>>(1 + 3 * 2);
        const uint16_t values[3] = {floatToHalf(1.5f), floatToHalf(-2), floatToHalf(0.25f)};
        std::memcpy(owner->data() + 1, values, 6);
        const Tensor tensor(DType::F16, {3}, std::span(*owner).subspan(1), owner);
        QCOMPARE(tensor.toFloats(), (std::vector<float>{1.5f, -2, 0.25f}));
        PARETOSCOPE_EXPECT_ERROR(tensor.view<uint16_t>(), "cannot be seen");
        PARETOSCOPE_EXPECT_ERROR(Tensor(DType::F32, {3}, std::span(*owner), owner), "needs 12 bytes, not 7");
    }

    void rowsAndShapesShareBytes()
    {
        const Tensor tensor = Tensor::fromFloats({3, 2}, {0, 1, 2, 3, 4, 5});
        const Tensor middle = tensor.rows(1, 2);
        QCOMPARE(middle.shape(), (Shape{1, 2}));
        QCOMPARE(middle.toFloats(), (std::vector<float>{2, 3}));
        QCOMPARE(middle.bytes().data(), tensor.bytes().data() + 8);
        QCOMPARE(tensor.reshaped({2, 3}).toFloats(), tensor.toFloats());
        PARETOSCOPE_EXPECT_ERROR(tensor.reshaped({4}), "cannot take shape [4]");
        PARETOSCOPE_EXPECT_ERROR(tensor.rows(2, 4), "rows 2 to 4");
    }

    void packingRoundTrips_data()
    {
        QTest::addColumn<int>("bits");
        for (int bits = minPackedBits; bits <= maxPackedBits; ++bits) QTest::addRow("%d bits", bits) << bits;
    }
    void packingRoundTrips()
    {
        QFETCH(int, bits);
        Random random{uint64_t(bits)};
        for (const size_t count : {size_t{1}, size_t{8}, size_t{13}, size_t{64}, size_t{257}}) {
            std::vector<uint8_t> codes(count);
            for (uint8_t& code : codes) code = uint8_t(random.below(uint64_t{1} << bits));
            std::vector<uint8_t> packed(size_t(packedBytes(int64_t(count), bits)));
            packCodes(codes, bits, packed);
            // By definition: code i lies at bits [i·b, (i+1)·b), low bits first.
            for (size_t i = 0; i < count; ++i) {
                unsigned code = 0;
                for (int b = 0; b < bits; ++b) {
                    const size_t bit = i * size_t(bits) + size_t(b);
                    code |= ((packed[bit / 8] >> (bit % 8)) & 1u) << b;
                }
                QCOMPARE(uint8_t(code), codes[i]);
            }
            std::vector<uint8_t> tail(count - count / 3);
            unpackCodes(packed, bits, int64_t(count / 3), tail);
            QCOMPARE(tail, std::vector<uint8_t>(codes.begin() + std::ptrdiff_t(count / 3), codes.end()));
        }
    }

    void damagedPackedMatricesAreRefused()
    {
        PackedMatrix matrix;
        matrix.rows = 2;
        matrix.columns = 64;
        matrix.groupSize = 32;
        matrix.codes = Tensor::zeros(DType::U8, {2, 32});
        matrix.scales = Tensor::zeros(DType::F16, {2, 2});
        matrix.zeros = Tensor::zeros(DType::U8, {2, 1});
        validatePacked(matrix, "w");
        auto broken = matrix;
        broken.groupSize = 48;
        PARETOSCOPE_EXPECT_ERROR(validatePacked(broken, "w"), "w: the group size does not divide the columns");
        broken = matrix;
        broken.codes = Tensor::zeros(DType::U8, {2, 31});
        PARETOSCOPE_EXPECT_ERROR(validatePacked(broken, "w"), "codes have the wrong shape");
        broken = matrix;
        broken.bits = 9;
        PARETOSCOPE_EXPECT_ERROR(validatePacked(broken, "w"), "bits must be 2 to 8");
        broken = matrix;
        broken.zeros = {};
        PARETOSCOPE_EXPECT_ERROR(validatePacked(broken, "w"), "zero points have the wrong shape");
    }
};

QTEST_GUILESS_MAIN(TensorTest)
#include "tensor_test.moc"
