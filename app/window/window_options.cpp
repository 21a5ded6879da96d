#include "app/window/window_options.h"

#include "core/base/error.h"

#include <filesystem>

using namespace Qt::StringLiterals;

namespace paretoscope {

namespace {

const QStringList& optionNames()
{
    static const QStringList names{u"--store"_s,      u"--settings"_s, u"--theme"_s,
                                   u"--screenshot"_s, u"--after"_s,    u"--size"_s,
                                   u"--page"_s,       u"--select"_s};
    return names;
}

void apply(WindowOptions& options, const QString& name, const QString& value)
{
    if (name == u"--store"_s) options.store = value;
    else if (name == u"--settings"_s) options.settingsFile = value;
    else if (name == u"--theme"_s) options.theme = value;
    else if (name == u"--screenshot"_s) options.screenshot = value;
    else if (name == u"--after"_s) options.screenshotAfterMs = value.toInt();
    else if (name == u"--page"_s) options.page = value;
    else if (name == u"--select"_s)
        for (const QString& run : value.split(u',')) options.select << run.toLongLong();
    else if (name == u"--size"_s)
        options.size = {value.section(u'x', 0, 0).toInt(), value.section(u'x', 1).toInt()};
}

} // namespace

WindowOptions windowOptions(const QStringList& words)
{
    WindowOptions options;
    for (qsizetype i = 0; i < words.size(); ++i) {
        const QString& word = words[i];
        if (!word.startsWith(u"--"_s)) {
            options.files << word;
            continue;
        }
        if (!optionNames().contains(word))
            fail(ErrorCode::BadUsage, "the window has no option '{}'", word.toStdString());
        if (i + 1 == words.size())
            fail(ErrorCode::BadUsage, "'{}' needs a value", word.toStdString());
        apply(options, word, words[++i]);
    }
    return options;
}

bool opensWindow(const std::string& word)
{
    if (word.rfind("builtin:", 0) == 0) return true;
    if (optionNames().contains(QString::fromStdString(word))) return true;
    std::error_code error;
    return word.find_first_of("/.") != std::string::npos && std::filesystem::exists(word, error);
}

} // namespace paretoscope
