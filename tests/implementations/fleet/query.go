package main

import (
	"encoding/base64"
	"fmt"
	"strconv"
	"strings"
)

// notAllowed is the answer to a method that the path does not have.
type notAllowed struct{ methods string }

func (n *notAllowed) Error() string { return "The path has the methods " + n.methods + "." }

// maskOf reads the field mask of an update; nil if there is none.
func maskOf(c *call) ([]string, error) {
	text := strings.Join(c.URL.Query()["updateMask"], ",")
	if text == "" {
		if c.kind.MaskRequired {
			return nil, invalid(Violation{"updateMask", "is required"})
		}
		return nil, nil
	}
	mask := strings.Split(text, ",")
	for i := range mask {
		mask[i] = strings.TrimSpace(mask[i])
		if mask[i] == "*" && len(mask) > 1 {
			return nil, invalid(Violation{"updateMask", "* must stand alone"})
		}
	}
	return mask, nil
}

// page reads the size of a page and the id after which it begins.
func page(c *call) (size int, after string, err error) {
	query := c.URL.Query()
	if text := query.Get("pageSize"); text != "" {
		size, err = strconv.Atoi(text)
		if err != nil || size < 0 || size > 1000 {
			return 0, "", invalid(Violation{"pageSize", "must be a number from 0 to 1000"})
		}
	}
	token, err := base64.RawURLEncoding.DecodeString(query.Get("pageToken"))
	if err != nil {
		return 0, "", invalid(Violation{"pageToken", "is not one of this list"})
	}
	if size == 0 {
		size = 50
	}
	return size, string(token), nil
}

func encodeToken(after string) string {
	return base64.RawURLEncoding.EncodeToString([]byte(after))
}

func quoted(record Message) string {
	return fmt.Sprintf("%q", record["etag"])
}

// matches tells whether an If-Match names the present state.
func matches(condition string, record Message) bool {
	for _, candidate := range strings.Split(condition, ",") {
		if tag := strings.TrimSpace(candidate); tag == "*" || tag == quoted(record) {
			return true
		}
	}
	return false
}
