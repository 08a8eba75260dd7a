// Package rawbson walks BSON bytes in place: no reflection, no allocation, no dependency.
//
// It checks what it steps over (frames, lengths, terminators) and nothing that it does not: a value is handed out as the
// bytes it occupies, and its content is looked at only by whoever asks for it. Every failure is a *MalformedError.
package rawbson
