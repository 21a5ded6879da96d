// What the window remembers between starts, typed. Experiment data never goes here.
#pragma once

#include <QByteArray>
#include <QSettings>
#include <QString>
#include <QStringList>

namespace paretoscope {

template <class T> struct Setting {
    const char* key;
    T fallback;
};

namespace settings {
inline const Setting<QString> theme{"window/theme", QStringLiteral("system")};
inline const Setting<QByteArray> geometry{"window/geometry", {}};
inline const Setting<QByteArray> columnsSplit{"window/columns", {}};
inline const Setting<QByteArray> centreSplit{"window/centre", {}};
inline const Setting<QStringList> pages{"window/pages", {}}; // in front, of each group of tabs
inline const Setting<QByteArray> compareSplit{"window/compare", {}};
inline const Setting<QByteArray> measurementsSplit{"window/measurements", {}};
inline const Setting<QByteArray> chartEditor{"window/chart_editor", {}};
inline const Setting<QStringList> recentModels{"recent/models", {}};
inline const Setting<QStringList> recentStores{"recent/stores", {}};
inline const Setting<QString> lastFolder{"recent/folder", {}};
inline const Setting<QString> lastText{"recent/text", {}};
inline const Setting<QString> xMetric{"chart/x", QStringLiteral("file_bytes")};
inline const Setting<QString> yMetric{"chart/y", QStringLiteral("perplexity")};
inline const Setting<QStringList> chartMetrics{"chart/metrics", {}}; // of the views of many metrics
inline const Setting<QString> chartExport{"chart/export", {}};       // JSON of the last choices
inline const Setting<QStringList> hiddenColumns{"runs/hidden_columns", {}};
inline const Setting<bool> onlyDiffering{"runs/only_differing", true};
} // namespace settings

constexpr int mostRecent = 8;

// An INI file at a path of our choosing. GUI thread.
class ProgramSettings {
public:
    explicit ProgramSettings(const QString& file) : file_(file, QSettings::IniFormat) {}

    template <class T> T get(const Setting<T>& setting) const
    {
        const QString key = QString::fromLatin1(setting.key);
        return file_.contains(key) ? file_.value(key).template value<T>() : setting.fallback;
    }
    template <class T> void set(const Setting<T>& setting, const T& value)
    {
        file_.setValue(QString::fromLatin1(setting.key), QVariant::fromValue(value));
    }
    // Moves `entry` to the front of a recent list.
    void remember(const Setting<QStringList>& list, const QString& entry)
    {
        QStringList entries = get(list);
        entries.removeAll(entry);
        entries.prepend(entry);
        set(list, entries.mid(0, mostRecent));
    }

private:
    QSettings file_;
};

} // namespace paretoscope
