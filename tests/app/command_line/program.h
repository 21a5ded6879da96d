// Starts the program and reads what it says.
#pragma once

#include <QByteArray>
#include <QJsonObject>
#include <QStringList>

namespace paretoscope::test {

struct Outcome {
    int exitCode = -1;
    QByteArray output; // standard output
    QByteArray errors; // standard error

    QJsonObject json() const; // empty unless the whole output is one JSON object
    bool says(const char* text) const { return errors.contains(text); }
};

// Without a display.
Outcome program(const QStringList& arguments, const QByteArray& input = {});

} // namespace paretoscope::test
