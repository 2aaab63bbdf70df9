package main

import (
	"encoding/json"
	"regexp"
	"strings"
	"time"
)

var digits = regexp.MustCompile(`^[0-9]+$`)

var taxTypes = []string{"eu_vat", "gb_vat", "us_ein", "ch_vat", "au_abn", "ca_bn", "no_vat", "nz_gst", "jp_cn", "in_gst"}

// valueFaults alter single values between the request, the store and the answers.
var valueFaults = []Fault{
	{
		"address_list_accepted", "types", "address",
		"a list as address is accepted with 200 and clears the address",
		beforeCheck(func(body Object) {
			if _, list := body["address"].([]any); list {
				body["address"] = Object{}
			}
		}),
	},
	{
		"number_accepted_as_phone", "types", "phone",
		"a number as phone is accepted and stored as text",
		beforeCheck(func(body Object) {
			if number, ok := body["phone"].(json.Number); ok {
				body["phone"] = number.String()
			}
		}),
	},
	{
		"postal_code_shown_as_number", "types", "address.postalCode",
		"a postalCode of the address that is all digits is answered as a number",
		showing(true, true, func(_ *Service, _ *Call, data Object) {
			if code, ok := textAt(data, "address.postalCode"); ok && digits.MatchString(code) {
				number := strings.TrimLeft(code[:len(code)-1], "0") + code[len(code)-1:]
				put(data, "address.postalCode", json.Number(number))
			}
		}),
	},
	{
		"line2_of_any_type", "types", "address.line2",
		"the type of line2 of the address is not checked; whatever is sent is stored",
		func(s *Service) {
			next := s.problems
			s.problems = func(body Object) []Problem {
				var others []Problem
				for _, problem := range next(body) {
					if problem.param != "address.line2" {
						others = append(others, problem)
					}
				}
				return others
			}
		},
	},
	{
		"updated_at_as_number", "types", "",
		"updatedAt is answered as milliseconds since 1970 in place of a date and time",
		showing(true, true, func(_ *Service, _ *Call, data Object) {
			if moment, err := time.Parse(time.RFC3339, data["updatedAt"].(string)); err == nil {
				data["updatedAt"] = moment.UnixMilli()
			}
		}),
	},
	{
		"name_cut_at_emoji", "types", "name",
		"a name ends before its first character beyond the Basic Multilingual Plane",
		storing("name", func(name string) string {
			for i, char := range name {
				if char > 0xFFFF {
					return name[:i]
				}
			}
			return name
		}),
	},
	{
		"plus_in_email_is_space", "types", "email",
		"a plus sign in an email is stored as a space, as in a form",
		storing("email", func(email string) string { return strings.ReplaceAll(email, "+", " ") }),
	},
	{
		"unlisted_tax_type_ignored", "enum", "taxIdType",
		"a taxIdType that a list inside lacks is left out with 200",
		beforeMerge(func(_, patch Object) {
			if name, sent := textAt(patch, "taxIdType"); sent && !oneOf(name, taxTypes) {
				delete(patch, "taxIdType")
			}
		}),
	},
	{
		"shipping_country_lower_case", "enum", "shipping.address.country",
		"the country of the shipping address is stored in lower case",
		storing("shipping.address.country", strings.ToLower),
	},
	{
		"name_cut_at_255", "length", "name",
		"a name is stored up to its 255th character, without a word",
		storing("name", func(name string) string { return firstRunes(name, 255) }),
	},
	{
		"shipping_line1_cut_at_35", "length", "shipping.address.line1",
		"line1 of the shipping address is cut to the 35 characters of a label",
		storing("shipping.address.line1", func(line string) string { return firstRunes(line, 35) }),
	},
	{
		"long_company_fails", "length", "companyName",
		"a companyName of more than 100 characters is answered 500",
		beforeMerge(func(_, patch Object) {
			if company, ok := textAt(patch, "companyName"); ok && len([]rune(company)) > 100 {
				panic("value too long for type character varying(100)")
			}
		}),
	},
}
