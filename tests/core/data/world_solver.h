// Answers questions of the synthetic world from their text alone, by reading it: independent of the
// code that makes them.
#pragma once

#include "core/data/world/world.h"
#include "core/data/world/world_words.h"

#include <QRegularExpression>
#include <QString>
#include <map>

namespace paretoscope::test {

inline QString pattern(const char* text)
{
    return QRegularExpression::escape(QString::fromLatin1(text))
        .replace(QStringLiteral("\\%e"), QStringLiteral("(?<e>[A-Z]\\w+ [A-Z]\\w+|the friend of [A-Z]\\w+ [A-Z]\\w+)"))
        .replace(QStringLiteral("\\%v"), QStringLiteral("(?<v>\\w+)"));
}

// (person, attribute) to value, from the sentences of a passage.
inline std::map<std::pair<QString, QString>, QString> factsOf(const QString& text)
{
    std::map<std::pair<QString, QString>, QString> facts;
    for (const world::Attribute& attribute : world::attributes())
        for (const char* statement : attribute.statements) {
            auto found = QRegularExpression(pattern(statement)).globalMatch(text);
            while (found.hasNext()) {
                const auto match = found.next();
                facts[{match.captured(QStringLiteral("e")), QString::fromLatin1(attribute.name)}] = match.captured(QStringLiteral("v"));
            }
        }
    return facts;
}

inline QString friendOf(const QString& text, const QString& person)
{
    const QString escaped = QRegularExpression::escape(person), name = QStringLiteral("([A-Z]\\w+ [A-Z]\\w+)");
    for (const QString& form : {QStringLiteral("The friend of %1 is %2\\."), QStringLiteral("%2 is the friend of %1\\.")}) {
        const auto match = QRegularExpression(form.arg(escaped, name)).match(text);
        if (match.hasMatch()) return match.captured(1);
    }
    return {};
}

// What the passage says about what is asked, or an empty text.
inline QString fromPassage(const QString& text, const QString& question)
{
    const auto facts = factsOf(text);
    for (const world::Attribute& attribute : world::attributes())
        for (const char* form : attribute.questions) {
            const auto match = QRegularExpression(pattern(form)).match(question);
            if (!match.hasMatch()) continue;
            QString person = match.captured(QStringLiteral("e"));
            if (person.startsWith(QLatin1String("the friend of "))) person = friendOf(text, person.mid(14));
            const auto found = facts.find({person, QString::fromLatin1(attribute.name)});
            return found == facts.end() ? QString() : found->second;
        }
    return {};
}

inline QString fromTable(const QString& text, const QString& question)
{
    const auto asked = QRegularExpression(QStringLiteral("the (\\w+) of (\\w+)\\?")).match(question);
    const QStringList lines = text.split(u'\n');
    const qsizetype column = lines[1].split(QStringLiteral(" | ")).indexOf(asked.captured(1));
    for (const QString& line : lines)
        if (line.startsWith(asked.captured(2) + u' ')) return line.split(QStringLiteral(" | ")).value(column);
    return {};
}

inline QString fromProgram(const QString& text, const QString& question)
{
    std::map<QString, QString> values;
    auto lines = QRegularExpression(QStringLiteral("(\\w) = (\\w)\n")).globalMatch(text);
    while (lines.hasNext()) {
        const auto line = lines.next();
        const QString right = line.captured(2);
        values[line.captured(1)] = right[0].isDigit() ? right : values[right];
    }
    return values[QRegularExpression(QStringLiteral("print\\((\\w)\\)")).match(question).captured(1)];
}

inline QString byPattern(const QString& text, const QString& form, const QString& question, const QString& asked)
{
    const QString key = QRegularExpression(asked).match(question).captured(1);
    return QRegularExpression(form.arg(key)).match(text).captured(1);
}

inline QString mostFrequent(const QString& text)
{
    std::map<QString, int> counts;
    for (const QString& word : text.trimmed().split(u' ').mid(1)) ++counts[word];
    QString best;
    for (const auto& [word, count] : counts)
        if (best.isEmpty() || count > counts[best]) best = word;
    return best;
}

inline int calculated(const QString& story)
{
    int value = QRegularExpression(QStringLiteral("has (\\d+)")).match(story).captured(1).toInt();
    auto changes = QRegularExpression(QStringLiteral("(finds|buys|loses|gives away) (\\d+)")).globalMatch(story);
    while (changes.hasNext()) {
        const auto change = changes.next();
        const bool up = change.captured(1) == QLatin1String("finds") || change.captured(1) == QLatin1String("buys");
        value += (up ? 1 : -1) * change.captured(2).toInt();
    }
    return value;
}

} // namespace paretoscope::test
