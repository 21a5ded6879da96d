// A Qt plugin of some other program.
#include <QObject>
#include <QtPlugin>

class OtherFactory : public QObject {
    Q_OBJECT
    Q_PLUGIN_METADATA(IID "org.example.Other/3")
};

#include "other_interface.moc"
