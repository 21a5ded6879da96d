// The bump allocator of a forward pass.
#include "core/backend/scratch.h"

#include <QtTest>

using namespace paretoscope;

class ScratchTest : public QObject {
    Q_OBJECT

private slots:
    void matricesAreAlignedAndApart()
    {
        Scratch scratch;
        std::vector<MatrixView> all;
        for (const int64_t columns : {1, 3, 17, 1000, 100000}) all.push_back(scratch.matrix(3, columns));
        for (size_t i = 0; i < all.size(); ++i) {
            QCOMPARE(reinterpret_cast<uintptr_t>(all[i].data) % 64, uintptr_t{0});
            std::fill_n(all[i].data, all[i].rows * all[i].columns, float(i));
        }
        for (size_t i = 0; i < all.size(); ++i)
            for (int64_t r = 0; r < all[i].rows; ++r)
                for (const float value : all[i].rowSpan(r)) QCOMPARE(value, float(i));
    }

    void aSecondPassReservesNothing()
    {
        Scratch scratch;
        const auto pass = [&] {
            for (const int64_t columns : {10, 5000, 70, 300000}) scratch.matrix(2, columns);
            scratch.reset();
        };
        pass();
        const int64_t reserved = scratch.reservedBytes();
        QVERIFY(reserved >= 2 * 300000 * 4);
        for (int i = 0; i < 10; ++i) pass();
        QCOMPARE(scratch.reservedBytes(), reserved);
    }

    void releaseTakesBackWhatCameAfterTheMark()
    {
        Scratch scratch;
        const float* first = scratch.floats(100);
        const Scratch::Mark mark = scratch.mark();
        const float* second = scratch.floats(100);
        scratch.floats(1000000);
        scratch.release(mark);
        QCOMPARE(static_cast<const float*>(scratch.floats(100)), second);
        QVERIFY(first != second);
    }
};

QTEST_GUILESS_MAIN(ScratchTest)
#include "scratch_test.moc"
