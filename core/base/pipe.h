// A pipe to or from a child process. Linux.
#pragma once

#include <string>

namespace paretoscope {

void closeDescriptor(int& descriptor); // -1 afterwards

// Both ends close when a program is started; not thread-safe.
struct Pipe {
    int readEnd = -1;
    int writeEnd = -1;

    explicit Pipe(const char* purpose); // "to a worker", for the error. Error(Io)
    ~Pipe();
    Pipe(const Pipe&) = delete;
    Pipe& operator=(const Pipe&) = delete;
};

// The descriptor, which no longer blocks; -1 stays behind.
int takeWithoutBlocking(int& descriptor);

// Appends what has arrived at a descriptor that does not block. False once the other end is closed; the
// descriptor is closed then.
bool readAvailable(int& descriptor, std::string& text);

} // namespace paretoscope
