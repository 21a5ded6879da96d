// What holds for every command.
#include "app/command_line/command.h"
#include "app/command_line/help.h"

#include "tests/test_data.h"

#include <set>

using namespace paretoscope;

class CommandTableTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void thePromisedCommandsAreThere()
    {
        std::set<std::string> names;
        for (const Command* command : commands::all()) QVERIFY2(names.insert(command->name).second, command->name.c_str());
        for (const char* name : {"inspect", "strategies", "tasks", "metrics", "tokenize", "logits", "generate",
                                 "compress", "run", "runs", "frontier", "compare", "export chart", "export table",
                                 "export report", "bench", "worker"})
            QVERIFY2(names.contains(name), name);
    }

    void everyCommandExplainsItself()
    {
        const std::string all = generalHelp();
        for (const Command* command : commands::all()) {
            QVERIFY2(all.find("\n  " + command->name + " ") != std::string::npos, command->name.c_str());
            QVERIFY2(command->summary.ends_with("."), command->name.c_str());
            const std::string help = commandHelp(*command);
            QCOMPARE(help.rfind("paretoscope " + command->name, 0), size_t{0});
            std::set<std::string> options;
            for (const Option& option : command->options) {
                QVERIFY2(options.insert(option.name).second, option.name.c_str());
                QVERIFY2(option.help.ends_with("."), (command->name + " --" + option.name).c_str());
                QVERIFY2(help.find("--" + option.name) != std::string::npos, option.name.c_str());
            }
            for (const Positional& positional : command->positionals)
                QVERIFY2(positional.help.ends_with("."), positional.name.c_str());
        }
    }

    void helpFitsATerminal()
    {
        for (const Command* command : commands::all()) {
            const QStringList lines = QString::fromStdString(commandHelp(*command)).split(QLatin1Char('\n'));
            for (const QString& line : lines.mid(1)) QVERIFY2(line.size() <= 101, qPrintable(line));
        }
    }

    // Pieces of help shared between commands must mean the same everywhere.
    void sameOptionSameHelp()
    {
        std::map<std::string, std::string> helps;
        for (const Command* command : commands::all())
            for (const Option& option : command->options)
                for (const char* shared : {"store", "json", "seed", "threads", "backend", "calibration", "experiment"})
                    if (option.name == shared && command->name != "run" && command->name != "import" &&
                        command->name != "random-model")
                        QCOMPARE(helps.emplace(option.name, option.help).first->second, option.help);
    }
};

QTEST_GUILESS_MAIN(CommandTableTest)
#include "command_table_test.moc"
