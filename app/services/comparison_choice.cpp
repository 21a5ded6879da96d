#include "app/services/comparison_choice.h"

#include <algorithm>
#include <utility>

namespace paretoscope {

void ComparisonChoice::set(qint64 a, bool pinnedA, qint64 b, bool pinnedB)
{
    const bool same = a == a_ && b == b_ && pinnedA == pinnedA_ && pinnedB == pinnedB_;
    a_ = a;
    b_ = b;
    pinnedA_ = pinnedA && a != 0;
    pinnedB_ = pinnedB && b != 0;
    if (!same) Q_EMIT changed();
}

void ComparisonChoice::pinA(qint64 run)
{
    // A run cannot be compared with itself: the other place becomes free.
    if (run != 0 && run == b_)
        set(run, true, 0, false);
    else
        set(run, run != 0, b_, pinnedB_);
}

void ComparisonChoice::pinB(qint64 run)
{
    if (run != 0 && run == a_)
        set(0, false, run, true);
    else
        set(a_, pinnedA_, run, run != 0);
}

void ComparisonChoice::swap()
{
    if (a_ != 0 || b_ != 0) set(b_, b_ != 0, a_, a_ != 0);
}

void ComparisonChoice::restore(qint64 pinnedA, qint64 pinnedB)
{
    set(pinnedA, true, pinnedB, true);
}

void ComparisonChoice::forget()
{
    set(0, false, 0, false);
}

void ComparisonChoice::follow(const QList<qint64>& selection, qint64 baseline)
{
    if (selection.isEmpty() || selection.size() > 2) return; // what was compared stays to be read
    QList<qint64> runs = selection;
    std::sort(runs.begin(), runs.end());
    runs.removeAll(pinnedA_ ? a_ : 0);
    runs.removeAll(pinnedB_ ? b_ : 0);
    if (runs.isEmpty() || (pinnedA_ && pinnedB_)) return;
    if (pinnedA_)
        set(a_, true, runs.last(), false);
    else if (pinnedB_)
        set(runs.first(), false, b_, true);
    else if (runs.size() == 2)
        set(runs.first(), false, runs.last(), false);
    else if (baseline != 0 && baseline != runs.first())
        set(baseline, false, runs.first(), false);
}

} // namespace paretoscope
