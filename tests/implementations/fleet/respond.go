package main

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"errors"
	"mime"
	"net/http"
	"sort"
	"strconv"
	"strings"
	"time"
)

// ServeHTTP answers a request with a resource, a list or an error, as JSON.
func (s *Service) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.store.Lock()
	defer s.store.Unlock()
	result, err := s.accept(r)
	if err == nil {
		result, err = s.answer(r)
	}
	if err != nil {
		s.respond(w, r, s.refusal(w, err), map[string]any{"error": s.reported(err)})
		return
	}
	record, _ := result.(Message)
	if s.choices["etag-header-honoured"] && record["etag"] != nil {
		w.Header().Set("ETag", quoted(record))
	}
	s.respond(w, r, http.StatusOK, s.shown(r, record))
}

// accept refuses a request before it is looked at: for its rate, or for what it accepts.
func (s *Service) accept(r *http.Request) (any, error) {
	if s.choices["rate-limited"] && !s.limit.take() {
		return nil, failure(http.StatusTooManyRequests, "RESOURCE_EXHAUSTED", "There were too many requests.")
	}
	if s.choices["other-representations-refused"] && !acceptable(r.Header.Values("Accept")) {
		return nil, failure(http.StatusNotAcceptable, "INVALID_ARGUMENT", "Answers are application/json.")
	}
	return nil, nil
}

func acceptable(accept []string) bool {
	listed := strings.Join(accept, ",")
	if strings.TrimSpace(listed) == "" {
		return true
	}
	for _, candidate := range strings.Split(listed, ",") {
		kind, parameters, err := mime.ParseMediaType(candidate)
		weight, set := parameters["q"]
		value, _ := strconv.ParseFloat(weight, 64)
		fits := kind == "*/*" || kind == "application/*" || kind == "application/json"
		if err == nil && fits && (!set || value > 0) {
			return true
		}
	}
	return false
}

// refusal sets the headers that belong to an error, and returns its status.
func (s *Service) refusal(w http.ResponseWriter, err error) int {
	var refused *Failure
	var method *notAllowed
	switch {
	case errors.As(err, &method):
		w.Header().Set("Allow", method.methods)
		return http.StatusMethodNotAllowed
	case !errors.As(err, &refused):
		return http.StatusInternalServerError
	case refused.Code == http.StatusUnauthorized:
		w.Header().Set("WWW-Authenticate", `Bearer realm="fleet"`)
	case refused.Code == http.StatusTooManyRequests:
		w.Header().Set("Retry-After", "1")
	case refused.Code == http.StatusUnsupportedMediaType:
		w.Header().Set("Accept-Patch", "application/json")
	}
	return refused.Code
}

// reported is the error as the client sees it.
func (s *Service) reported(err error) *Failure {
	var refused *Failure
	if !errors.As(err, &refused) {
		code, status := http.StatusInternalServerError, "INTERNAL"
		if _, method := err.(*notAllowed); method {
			code, status = http.StatusMethodNotAllowed, "UNIMPLEMENTED"
		}
		return failure(code, status, "%s", err.Error())
	}
	if s.choices["rpc-number-as-code"] && refused.Status == "INVALID_ARGUMENT" {
		return &Failure{Code: 3, Message: refused.Message, Status: refused.Status, Details: refused.Details}
	}
	return refused
}

// shown is a result as the client sees it: a resource, or the page of a list.
func (s *Service) shown(r *http.Request, result Message) any {
	kind := kinds[strings.Split(strings.TrimPrefix(r.URL.Path, "/v1/"), "/")[0]]
	records, page := result[kind.Collection].([]any)
	if !page {
		return s.view(kind.Type, result)
	}
	copied := Message{}
	for name, value := range result {
		copied[name] = value
	}
	copied[kind.Collection] = s.views(kind.Type, records)
	return copied
}

func (s *Service) views(t *Type, items []any) []any {
	result := make([]any, len(items))
	for i, item := range items {
		result[i] = s.view(t, item.(Message))
	}
	return result
}

func (s *Service) view(t *Type, record Message) Message {
	copied := Message{}
	for name, value := range record {
		copied[name] = value
	}
	if len(record) == 0 {
		return copied
	}
	for i := range t.Fields {
		s.viewField(&t.Fields[i], copied)
	}
	return copied
}

func (s *Service) viewField(field *Field, record Message) {
	switch value := record[field.Name].(type) {
	case nil:
		if nothing := field.nothing(); nothing != nil && s.choices["empty-values-shown"] {
			record[field.Name] = nothing
		}
	case Message:
		if field.Kind == Object {
			record[field.Name] = s.view(field.Type, value)
		}
	case []any:
		if field.Kind == Object {
			record[field.Name] = s.views(field.Type, value)
		}
		if field.Unique && s.choices["sets-sorted"] {
			record[field.Name] = sorted(field, value)
		}
	}
}

// nothing is the empty value that a field without a value may be shown with; nil if there is none.
func (f *Field) nothing() any {
	switch {
	case f.OutputOnly || f.Precondition || f.Required || f.MinItems > 0:
		return nil
	case f.Repeated:
		return []any{}
	case f.Kind == Map:
		return Message{}
	case f.Kind == String && f.Pattern == nil && !f.Email && f.MinLength == 0:
		return ""
	}
	return nil
}

func sorted(field *Field, values []any) []any {
	position := map[any]int{}
	for i, value := range field.Enum {
		position[value] = i
	}
	copied := append([]any{}, values...)
	sort.Slice(copied, func(i, j int) bool { return position[copied[i]] < position[copied[j]] })
	return copied
}

func (s *Service) respond(w http.ResponseWriter, r *http.Request, status int, content any) {
	var text bytes.Buffer
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false)
	if s.choices["pretty-printed"] {
		encoder.SetIndent("", "  ")
	}
	_ = encoder.Encode(content)
	w.Header().Set("Content-Type", "application/json; charset=UTF-8")
	if s.choices["compressed"] {
		w.Header().Set("Vary", "Accept-Encoding")
		if strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") {
			w.Header().Set("Content-Encoding", "gzip")
			text = compressed(text.Bytes())
		}
	}
	w.WriteHeader(status)
	_, _ = w.Write(text.Bytes())
}

func compressed(text []byte) bytes.Buffer {
	var result bytes.Buffer
	writer := gzip.NewWriter(&result)
	_, _ = writer.Write(text)
	_ = writer.Close()
	return result
}

// bucket is a rate limit: so many requests at once, and so many more for each second.
type bucket struct {
	left float64
	last time.Time
	size float64
	rate float64
}

func (b *bucket) take() bool {
	now := time.Now()
	if b.last.IsZero() {
		b.left, b.last = b.size, now
	}
	b.left += now.Sub(b.last).Seconds() * b.rate
	b.last = now
	if b.left > b.size {
		b.left = b.size
	}
	if b.left < 1 {
		return false
	}
	b.left--
	return true
}
