package main

import (
	"regexp"
	"strconv"
	"strings"
	"time"
)

var tag = regexp.MustCompile(`<[^>]*>`)

// secondTextFaults alter texts as sanitizers, converters and narrow columns do.
var secondTextFaults = []Fault{
	{
		"tags_stripped_from_name", "types", "name",
		"what stands between < and > in a name is removed, as a sanitizer of HTML does",
		storing("name", func(name string) string { return tag.ReplaceAllString(name, "") }),
	},
	{
		"apostrophe_made_typographic", "types", "shipping.name",
		"the apostrophe in the name within shipping is stored as a right single quotation mark",
		storing("shipping.name", func(name string) string { return strings.ReplaceAll(name, "'", "\u2019") }),
	},
	{
		"city_beyond_latin1_lost", "types", "shipping.address.city",
		"characters beyond U+00FF in the city of the shipping address are stored as question marks, as in a Latin-1 column",
		storing("shipping.address.city", func(city string) string {
			return strings.Map(func(char rune) rune {
				if char > 0xFF {
					return '?'
				}
				return char
			}, city)
		}),
	},
	{
		"backslashes_lost", "types", "companyName",
		"backslashes in a companyName are removed, as stripslashes does",
		storing("companyName", func(company string) string { return strings.ReplaceAll(company, `\`, "") }),
	},
	{
		"line_break_ends_line2", "types", "shipping.address.line2",
		"line2 of the shipping address is stored up to its first line break",
		storing("shipping.address.line2", func(line string) string {
			if i := strings.IndexAny(line, "\r\n"); i >= 0 {
				return line[:i]
			}
			return line
		}),
	},
	{
		"leading_zeros_lost", "types", "shipping.address.postalCode",
		"a postalCode of the shipping address that is all digits is stored as a number and answered as text without its zeros",
		storing("shipping.address.postalCode", func(code string) string {
			if !digits.MatchString(code) {
				return code
			}
			return strings.TrimLeft(code[:len(code)-1], "0") + code[len(code)-1:]
		}),
	},
	{
		"long_tax_number_rounded", "types", "taxId",
		"a taxId of more than 15 digits goes through a floating-point number, so that its last digits change",
		storing("taxId", func(id string) string {
			number, err := strconv.ParseFloat(id, 64)
			if err != nil || len(id) <= 15 || !digits.MatchString(id) {
				return id
			}
			return strconv.FormatFloat(number, 'f', -1, 64)
		}),
	},
	{
		"date_text_reformatted", "types", "",
		"a text at the top level that looks like a date of ISO 8601 is stored in the form of the server's locale",
		beforeMerge(func(_, patch Object) {
			for name := range patch {
				if text, ok := textAt(patch, name); ok {
					patch[name] = localDate(text)
				}
			}
		}),
	},
	{
		"zero_text_dropped", "types", "address",
		"a member of the address that is the text 0 counts as empty and is not stored",
		beforeMerge(func(_, patch Object) {
			address, _ := objectAt(patch, "address")
			for name, value := range address {
				if value == "0" {
					delete(address, name)
				}
			}
		}),
	},
	{
		"company_cut_by_umlauts", "length", "companyName",
		"a companyName is cut to as many bytes as it has characters, so that letters beyond ASCII cost its end",
		storing("companyName", func(company string) string {
			return strings.ToValidUTF8(company[:len([]rune(company))], "")
		}),
	},
}

func localDate(text string) string {
	for _, form := range []string{"2006-01-02", time.RFC3339} {
		if moment, err := time.Parse(form, text); err == nil {
			return moment.Format("01/02/2006 15:04:05")
		}
	}
	return text
}
