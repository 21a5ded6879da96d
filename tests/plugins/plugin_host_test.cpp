#include "app/plugin_host.h"

#include "tests/test_data.h"

#include <QTemporaryDir>

using namespace paretoscope;

namespace {

std::filesystem::path fixture(const char* name)
{
    return std::filesystem::path(PARETOSCOPE_FIXTURES) / name;
}

// What became of the only plugin of a fixture's folder, in a registry of its own.
PluginRecord loadOnly(const char* name)
{
    StrategyRegistry registry;
    PluginHost host(registry);
    host.loadFolder(fixture(name));
    return host.plugins().size() == 1 ? host.plugins().front() : PluginRecord{};
}

} // namespace

class PluginHostTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void loadsStrategiesOfAFamily()
    {
        StrategyRegistry registry;
        PluginHost host(registry);
        host.loadFolder(fixture("good"));
        QCOMPARE(host.plugins().size(), size_t{1});
        const PluginRecord& record = host.plugins().front();
        QCOMPARE(record.reason, std::string());
        QCOMPARE(record.state, PluginRecord::State::Loaded);
        QCOMPARE(record.family, std::string("sample"));
        QCOMPARE(record.title, std::string("Sample family"));
        const std::vector<std::string> ids{"sample.plain", "sample.two_words"};
        QCOMPARE(record.strategies, ids);
        QCOMPARE(registry.all().size(), size_t{2});
        QCOMPARE(registry.get("sample.two_words").info().id, ids[1]);
    }

    void refusesOrSurvives_data()
    {
        QTest::addColumn<QString>("state");
        QTest::addColumn<QString>("reason");
        QTest::newRow("old_api") << "refused" << "plugin API 999";
        QTest::newRow("other_build") << "refused" << "built with Elsewhere-1";
        QTest::newRow("other_interface") << "refused" << "org.example.Other/3";
        QTest::newRow("missing_symbol") << "broken" << "undefined symbol";
        QTest::newRow("throws") << "broken" << "the table of throwing.broken is not there";
        QTest::newRow("liar") << "broken" << "liar.ghost";
    }

    void refusesOrSurvives()
    {
        QFETCH(QString, state);
        QFETCH(QString, reason);
        const PluginRecord record = loadOnly(QTest::currentDataTag());
        QCOMPARE(QString::fromLatin1(pluginStateName(record.state)), state);
        QVERIFY2(QString::fromStdString(record.reason).contains(reason), record.reason.c_str());
    }

    void aSecondPluginOfAFamilyIsRefused()
    {
        StrategyRegistry registry;
        PluginHost host(registry);
        host.loadFolder(fixture("good"));
        host.loadFolder(fixture("again"));
        QCOMPARE(host.plugins().back().state, PluginRecord::State::Refused);
        QVERIFY(host.plugins().back().reason.find("already loaded from") != std::string::npos);
        QCOMPARE(registry.all().size(), size_t{2});
    }

    void aFileThatIsNoLibraryIsRefused()
    {
        QTemporaryDir folder;
        const QString path = folder.filePath(QStringLiteral("libnothing.so"));
        QFile file(path);
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.write("not a library at all");
        file.close();
        StrategyRegistry registry;
        PluginHost host(registry);
        host.loadFolder(folder.path().toStdString());
        QCOMPARE(host.plugins().size(), size_t{1});
        QCOMPARE(host.plugins().front().state, PluginRecord::State::Refused);
        QVERIFY(!host.plugins().front().reason.empty());
    }

    void aMissingFolderIsEmpty()
    {
        StrategyRegistry registry;
        PluginHost host(registry);
        host.loadFolder("/nonexistent/plugins");
        QVERIFY(host.plugins().empty());
    }

    void theEnvironmentComesFirst()
    {
        const std::filesystem::path good = std::filesystem::canonical(fixture("good"));
        qputenv("PARETOSCOPE_PLUGIN_PATH", QByteArray("/nonexistent:") + good.c_str());
        const auto folders = pluginFolders();
        qunsetenv("PARETOSCOPE_PLUGIN_PATH");
        QVERIFY(!folders.empty());
        QCOMPARE(folders.front(), good);
    }
};

QTEST_GUILESS_MAIN(PluginHostTest)
#include "plugin_host_test.moc"
