package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"strconv"
	"unicode/utf16"
	"unicode/utf8"
)

var (
	errEncoding  = errors.New("the body is not UTF-8")
	errSurrogate = errors.New("the body has half of a surrogate pair")
	errTrailing  = errors.New("the body goes on after the JSON value")
)

// decode reads exactly one JSON value. Text that could only be stored altered (broken UTF-8, half a surrogate
// pair, which encoding/json replaces by U+FFFD) is refused.
func decode(raw []byte) (any, error) {
	if !utf8.Valid(raw) {
		return nil, errEncoding
	}
	decoder := json.NewDecoder(bytes.NewReader(raw))
	decoder.UseNumber()
	var value any
	if err := decoder.Decode(&value); err != nil {
		return nil, err
	}
	if _, err := decoder.Token(); err != io.EOF {
		return nil, errTrailing
	}
	if halfPair(raw) {
		return nil, errSurrogate
	}
	return value, nil
}

// halfPair tells whether valid JSON text has an escaped surrogate without its other half.
func halfPair(raw []byte) bool {
	for i := 0; i < len(raw); i++ {
		if raw[i] != '\\' {
			continue
		}
		first, ok := escapedUnit(raw[i:])
		if !ok {
			i++ // a short escape: its second character may be a backslash
			continue
		}
		i += 5
		if !utf16.IsSurrogate(first) {
			continue
		}
		second, ok := escapedUnit(raw[i+1:])
		if !ok || utf16.DecodeRune(first, second) == utf8.RuneError {
			return true
		}
		i += 6
	}
	return false
}

// escapedUnit reads the \uXXXX that the text begins with.
func escapedUnit(raw []byte) (rune, bool) {
	if len(raw) < 6 || raw[0] != '\\' || raw[1] != 'u' {
		return 0, false
	}
	unit, err := strconv.ParseUint(string(raw[2:6]), 16, 16)
	return rune(unit), err == nil
}

// encode writes a JSON value as UTF-8 without the escapes that only HTML needs.
func encode(value any) []byte {
	var buffer bytes.Buffer
	encoder := json.NewEncoder(&buffer)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(value); err != nil {
		panic(err)
	}
	return bytes.TrimSuffix(buffer.Bytes(), []byte("\n"))
}
