// The plugins that were found: what they bring, or why they were not loaded.
#pragma once

#include "app/plugin_host.h"

#include <QWidget>

class QLabel;

namespace paretoscope {

class ValueTable;

class PluginsPage : public QWidget {
    Q_OBJECT
public:
    explicit PluginsPage(QWidget* parent = nullptr);

    void showPlugins(const std::vector<PluginRecord>& plugins);
    ValueTable& table() const { return *table_; }
    QString summary() const;

private:
    QLabel* summary_;
    ValueTable* table_;
};

} // namespace paretoscope
