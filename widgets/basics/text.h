// Text between core (UTF-8 std::string) and Qt.
#pragma once

#include <QString>

#include <string>
#include <string_view>

namespace paretoscope {

inline QString toQt(std::string_view text)
{
    return QString::fromUtf8(text.data(), qsizetype(text.size()));
}

inline std::string fromQt(const QString& text)
{
    return text.toStdString();
}

} // namespace paretoscope
