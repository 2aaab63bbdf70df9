package main

import (
	"fmt"
	"net/http"
)

// Violation says what is wrong with one field.
type Violation struct {
	Field       string `json:"field"`
	Description string `json:"description"`
}

// Failure is an error of the API, in the form of google.rpc.Status.
type Failure struct {
	Code    int         `json:"code"`
	Message string      `json:"message"`
	Status  string      `json:"status"`
	Details []Violation `json:"details,omitempty"`
}

func (f *Failure) Error() string { return f.Message }

func failure(code int, status, format string, arguments ...any) *Failure {
	return &Failure{Code: code, Status: status, Message: fmt.Sprintf(format, arguments...)}
}

func invalid(violations ...Violation) *Failure {
	refused := failure(http.StatusBadRequest, "INVALID_ARGUMENT", "The request is not valid.")
	refused.Details = violations
	return refused
}
