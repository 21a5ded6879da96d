// SQL is made of literals only, and only core/store knows SQLite.
#include "core/store/database.h"
#include "tests/test_data.h"

#include <QDirIterator>
#include <QRegularExpression>
#include <type_traits>

using namespace paretoscope;

// A text made at run time does not become a statement.
static_assert(!std::is_convertible_v<std::string, SqlLiteral>);
static_assert(!std::is_constructible_v<SqlText, std::string>);
static_assert(!std::is_constructible_v<SqlLiteral, const char*>);

class SqlRulesTest : public QObject {
    Q_OBJECT

    static QStringList filesMatching(const QRegularExpression& pattern)
    {
        QStringList found;
        const QString root = QStringLiteral(PARETOSCOPE_SOURCE_DIR);
        for (const char* folder : {"/core", "/widgets", "/app", "/plugins"}) {
            QDirIterator files(root + QLatin1String(folder), {"*.h", "*.cpp"}, QDir::Files,
                               QDirIterator::Subdirectories);
            while (files.hasNext()) {
                QFile file(files.next());
                if (!file.open(QIODevice::ReadOnly)) continue;
                if (QString::fromUtf8(file.readAll()).contains(pattern))
                    found << file.fileName().mid(root.size() + 1);
            }
        }
        return found;
    }

private slots:
    void onlyTheWrapperKnowsSqlite()
    {
        const QRegularExpression api(QStringLiteral("sqlite3_\\w+\\s*\\(|<sqlite3\\.h>"));
        QCOMPARE(filesMatching(api), QStringList{"core/store/database.cpp"});
    }

    void noStatementIsFormattedOrConcatenated()
    {
        const QRegularExpression built(QStringLiteral(
            "\"\\s*(SELECT|INSERT|UPDATE|DELETE|PRAGMA|CREATE|ALTER|DROP)\\b[^\"]*\""
            "\\s*(\\+|<<|%)|fmt::format\\(\\s*\"\\s*(SELECT|INSERT INTO|UPDATE|DELETE "
            "FROM|PRAGMA|CREATE|ALTER|DROP)\\b"));
        QVERIFY(built.isValid());
        QVERIFY(QStringLiteral("\"SELECT a FROM b WHERE c = \" + name").contains(built));
        QCOMPARE(filesMatching(built), QStringList{});
    }
};

QTEST_GUILESS_MAIN(SqlRulesTest)
#include "sql_rules_test.moc"
