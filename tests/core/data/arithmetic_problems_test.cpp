#include "core/data/arithmetic_problems.h"
#include "tests/test_data.h"

#include <QRegularExpression>
#include <set>

using namespace paretoscope;

class ArithmeticProblemsTest : public QObject {
    Q_OBJECT

private slots:
    // Every "a op b = c" in an answer is true, and the last line repeats the result.
    void stepsAreTrue()
    {
        const QRegularExpression step(QStringLiteral("(\\d+) ([-+*/]) (\\d+) = (\\d+)"));
        for (uint64_t i = 0; i < 2000; ++i) {
            const ArithmeticProblem problem = arithmeticProblem(3, i);
            const QString answer = QString::fromStdString(problem.answer);
            auto matches = step.globalMatch(answer);
            int steps = 0;
            qint64 last = -1;
            while (matches.hasNext()) {
                const auto match = matches.next();
                const qint64 a = match.captured(1).toLongLong(), b = match.captured(3).toLongLong();
                last = match.captured(4).toLongLong();
                const QString op = match.captured(2);
                const qint64 expected = op == u"+" ? a + b : op == u"-" ? a - b : op == u"*" ? a * b : a / b;
                if (op == u"/") QCOMPARE(a % b, 0);
                QCOMPARE(last, expected);
                ++steps;
            }
            QVERIFY(steps >= 2);
            QCOMPARE(last, problem.result);
            QVERIFY(answer.endsWith(QStringLiteral("\n#### %1").arg(problem.result)));
            QVERIFY(problem.result >= 0);
        }
    }

    void sameSeedSameTextAndManyDifferentProblems()
    {
        QCOMPARE(arithmeticText(5, 50), arithmeticText(5, 50));
        std::set<std::string> questions;
        for (uint64_t i = 0; i < 300; ++i) questions.insert(arithmeticProblem(1, i).question);
        QVERIFY(questions.size() > 295);
        QVERIFY(arithmeticText(1, 5) != arithmeticText(2, 5));
    }
};

QTEST_GUILESS_MAIN(ArithmeticProblemsTest)
#include "arithmetic_problems_test.moc"
