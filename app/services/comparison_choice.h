// Which two runs are compared: pinned by hand, or what is selected. GUI thread.
#pragma once

#include <QList>
#include <QObject>

namespace paretoscope {

// A pinned place keeps its run; a free one follows the selection: two selected runs are A and B, in the
// order of their ids; one is B, against A's pin or else the baseline.
class ComparisonChoice : public QObject {
    Q_OBJECT
public:
    explicit ComparisonChoice(QObject* parent = nullptr)
        : QObject(parent)
    {
    }

    qint64 a() const { return a_; } // 0 = nothing yet
    qint64 b() const { return b_; }
    bool pinnedA() const { return pinnedA_; }
    bool pinnedB() const { return pinnedB_; }
    bool complete() const { return a_ != 0 && b_ != 0 && a_ != b_; }

    void pinA(qint64 run); // 0 lets go
    void pinB(qint64 run);
    void swap();                                  // pins both
    void restore(qint64 pinnedA, qint64 pinnedB); // 0 = not pinned
    void follow(const QList<qint64>& selection, qint64 baseline);
    void forget(); // another store

Q_SIGNALS:
    void changed();

private:
    void set(qint64 a, bool pinnedA, qint64 b, bool pinnedB);

    qint64 a_ = 0, b_ = 0;
    bool pinnedA_ = false, pinnedB_ = false;
};

} // namespace paretoscope
