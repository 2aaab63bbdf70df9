package main

import (
	"fmt"
	"math/big"
	"regexp"
	"strings"
	"time"
)

var (
	durationText  = regexp.MustCompile(`^([0-9]+)(?:\.([0-9]{1,9}))?s$`)
	timestampText = regexp.MustCompile(`^(\d{4}-\d\d-\d\d)[Tt](\d\d:\d\d:\d\d)(\.\d{1,9})?([Zz]|[+-]\d\d:\d\d)$`)
)

// duration decodes "3.5s" and returns it as the responses write it: "3.500s".
func (d *decoder) duration(f *Field, path, text string) any {
	parts := durationText.FindStringSubmatch(text)
	if parts == nil {
		d.refuse(path, "must be a duration such as 3.5s")
		return nil
	}
	seconds, _ := new(big.Int).SetString(parts[1], 10)
	fraction := strings.TrimRight(parts[2], "0")
	most := big.NewInt(int64(f.Max))
	if order := seconds.Cmp(most); order > 0 || order == 0 && fraction != "" {
		d.refuse(path, "must be at most %vs", f.Max)
		return nil
	}
	return seconds.String() + digits(fraction) + "s"
}

// digits writes a fraction of a second with 0, 3, 6 or 9 digits.
func digits(fraction string) string {
	fraction = strings.TrimRight(fraction, "0")
	if fraction == "" {
		return ""
	}
	return "." + fraction + strings.Repeat("0", (3-len(fraction)%3)%3)
}

// timestamp decodes a time of RFC 3339 and returns it in UTC.
func (d *decoder) timestamp(path, text string) any {
	parts := timestampText.FindStringSubmatch(text)
	if parts == nil {
		d.refuse(path, "must be a timestamp of RFC 3339")
		return nil
	}
	zone := strings.ToUpper(parts[4])
	if d.choices["offset-dropped"] {
		zone = "Z"
	}
	value, err := time.Parse(time.RFC3339Nano, parts[1]+"T"+parts[2]+parts[3]+zone)
	if err != nil || value.UTC().Year() < 1 || value.UTC().Year() > 9999 {
		d.refuse(path, "must be a timestamp of RFC 3339")
		return nil
	}
	return moment(value)
}

func moment(value time.Time) string {
	value = value.UTC()
	return value.Format("2006-01-02T15:04:05") + digits(fmt.Sprintf("%09d", value.Nanosecond())) + "Z"
}
